import type { KnownBlock } from "@slack/types";
import type { RecentChange } from "../../../app/recent-changes.ts";
import { counted } from "../../../core/presentation/words.ts";
import { cutSafe, joinSafe, ownWords, type Safe, safe } from "../../../core/safe.ts";
import { actions, button, context, section } from "../drawing/blocks.ts";
import { CARD } from "../drawing/limits.ts";
import { dayMd, escaped, joinMd, linkMd, type Mrkdwn, md } from "../drawing/mrkdwn.ts";
import type { HomeContent, SafeFinding } from "./home-content.ts";
import { isSetUp, type SetupStep, setupSteps } from "./home-setup.ts";
import type { HomeOptions } from "./home-view.ts";

const MAX_CHANGES = 10;
const MAX_GAPS = 5;
const FEW_CONFIRMED = 5;

/** What became of the last press. */
export function noticePart({ notice }: HomeContent): readonly KnownBlock[] {
  return notice === null ? [] : [section("notice", md`*${escaped(notice)}*`)];
}

/** What is left to connect, while something is, and a way to try it all. */
export function setupPart(content: HomeContent, options: HomeOptions): readonly KnownBlock[] {
  const steps = setupSteps(content, options.command);
  if (isSetUp(steps)) return testPart(content);
  const done = steps.filter(({ state }) => state === "done").length;
  const list = joinMd([md`*Set up: ${done} of ${steps.length} done*`, ...steps.map(stepLine)], "\n");
  return [section("setup", list), ...testPart(content)];
}

const STATE: Readonly<Record<SetupStep["state"], Safe>> = {
  done: safe`Done`,
  open: safe`To do`,
  broken: safe`To fix`,
  "being-read": safe`Being read`,
};

function stepLine({ state, title, text }: SetupStep): Mrkdwn {
  const words = text === null ? md`` : md`: ${escaped(cutSafe(text, CARD.line))}`;
  return md`• *${escaped(STATE[state])}* · ${escaped(title)}${words}`;
}

function testPart({ test }: HomeContent): readonly KnownBlock[] {
  if (test === null) {
    return actions("test", [
      button({
        action: "home.test",
        text: safe`Send a test alert to me`,
        label: safe`Send a test alert to me. Nobody else sees it`,
      }),
    ]);
  }
  const id = ownWords(test.id);
  return [
    section(
      "test",
      md`Your test *${escaped(id)}* is running. Its card is in your messages with this app (tab "Messages").`,
    ),
    ...actions("test", [
      button({ action: "home.test.end", text: safe`End the test`, label: safe`End the test ${id}`, value: id }),
    ]),
  ];
}

/** What changed, newest first, and which sources could not be read. */
export function changesPart({ changes }: HomeContent, options: HomeOptions): readonly KnownBlock[] {
  if (changes.status === "being-read")
    return [section("changes", md`Being read. This page shows them in some seconds.`)];
  if (changes.status === "failed") return [section("changes", md`Could not be read. "traceops doctor" says why.`)];
  const { changes: found, hidden, gaps, read } = changes.value;
  const lines = found.slice(0, MAX_CHANGES).map((change) => changeLine(change, options));
  const none = read.length === 0 ? md`No source that tells of changes could be read.` : md`None.`;
  const more = found.length + hidden - lines.length;
  return [
    section("changes", lines.length === 0 ? none : joinMd(lines, "\n")),
    ...(more > 0 ? [context("more", md`${more} more: \`${escaped(options.command)} changes\` shows them.`)] : []),
    ...(gaps.length > 0 ? [context("gaps", gapLine(gaps))] : []),
  ];
}

/** One change in one line. */
export function changeLine({ atMs, service, summary, by, url, status }: RecentChange, options: HomeOptions): Mrkdwn {
  const what = linkMd(options.links(url), escaped(cutSafe(summary, CARD.title)));
  const where = service === null ? md`` : md`*${escaped(cutSafe(service, 60))}* `;
  const who = by === null ? md`` : md` by ${escaped(cutSafe(by, 40))}`;
  const words = status === "deployed" ? md`` : md` · ${escaped(CHANGE_STATE[status])}`;
  return md`• ${dayMd(atMs)} ${where}${what}${who}${words}`;
}

const CHANGE_STATE: Readonly<Record<Exclude<RecentChange["status"], "deployed">, Safe>> = {
  merged: safe`merged, not deployed`,
  failed: safe`failed`,
  "rolled-back": safe`rolled back`,
};

function gapLine(gaps: readonly { readonly source: Safe; readonly because: Safe }[]): Mrkdwn {
  const named = gaps.slice(0, MAX_GAPS).map(({ source, because }) => safe`${source} (${cutSafe(because, 80)})`);
  return md`Could not be read: ${escaped(joinSafe(named, ", "))}. Changes there are missing here.`;
}

/** How often people said that what stood first was it. */
export function recordPart({ record }: HomeContent): readonly KnownBlock[] {
  if (record.status !== "read") {
    return [section("record", record.status === "failed" ? md`Could not be read.` : md`Being read.`)];
  }
  const { confirmed, first, firstThree } = record.value;
  if (confirmed < FEW_CONFIRMED) {
    const few = md`Too early to say: ${confirmed} of the ${FEW_CONFIRMED} incidents with a confirmed cause that it takes.`;
    return [section("record", md`${few} "This was it" on a card confirms one.`)];
  }
  const percent = (count: number) => md`${Math.round((100 * count) / confirmed)} %`;
  const words = md`First ${percent(first)}, among the first three ${percent(firstThree)}, of ${confirmed} confirmed.`;
  return [section("record", words)];
}

/** Every part of this install after FIX, OK or OFF. */
export function healthPart({ health }: HomeContent): readonly KnownBlock[] {
  if (health.status !== "read") {
    return [section("health", health.status === "failed" ? md`Could not be checked.` : md`Being checked.`)];
  }
  const ofSign = (wanted: SafeFinding["sign"]) => health.value.filter(({ sign }) => sign === wanted);
  const lines = [
    ...ofSign("FIX").map(brokenLine),
    ...partsLine(safe`OK`, ofSign("ok")),
    ...partsLine(safe`OFF`, ofSign("off")),
  ];
  return lines.length === 0 ? [] : [section("health", joinMd(lines, "\n"))];
}

function brokenLine({ part, text }: SafeFinding): Mrkdwn {
  return md`*FIX* ${escaped(part)}: ${escaped(cutSafe(text, CARD.line))}`;
}

/** What works needs no explanation; what is off is explained by the checklist and "doctor". */
function partsLine(word: Safe, findings: readonly SafeFinding[]): readonly Mrkdwn[] {
  const parts = findings.map(({ part }) => part).toSorted();
  return parts.length === 0 ? [] : [md`*${escaped(word)}* ${escaped(joinSafe(parts, "; "))}`];
}

/** The version and what is not connected. */
export function footerPart({ version, health }: HomeContent, options: HomeOptions): readonly KnownBlock[] {
  const off = health.status === "read" ? health.value.filter(({ sign }) => sign === "off").length : 0;
  const named = off === 0 ? md`` : md` · ${escaped(counted(off, "part is not connected", "parts are not connected"))}`;
  return [
    { type: "divider" },
    context("foot", md`TraceOps ${escaped(version)}${named} · \`${escaped(options.command)} help\` shows every word`),
  ];
}
