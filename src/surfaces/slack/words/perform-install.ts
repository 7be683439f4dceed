import type { HealthFinding } from "../../../app/health.ts";
import { cutWords, literal } from "../../../core/presentation/words.ts";
import { joinSafe, type Safe, safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import { section } from "../drawing/blocks.ts";
import type { Drawing } from "../drawing/message.ts";
import { escaped, joinMd, linkMd, type Mrkdwn, md } from "../drawing/mrkdwn.ts";
import { type AuthorChoice, authorChoiceOf, keepAuthorChoice } from "../home/home-choices.ts";
import { VERSION } from "../home/version.ts";
import type { Answer, Performed } from "./asked.ts";
import { parseSpan } from "./read-words.ts";
import { say, sayMd } from "./replies.ts";
import { howTo } from "./which-incident.ts";

const LINE = 240;
const MAX_NAMES = 30;
const MAX_FIX = 6;

/** Shows what the person chose, after changing it when they said so. Names and the first choice belong to the Home tab. */
export async function settings(desk: Desk, asked: Performed): Promise<Drawing> {
  const { actor, principal } = asked;
  const of = { preferences: desk.preferences, tenant: actor.tenant, principal };
  const now = await authorChoiceOf(of);
  const typed = asked.rest.trim().toLowerCase();
  if (typed === "") return settingsReply(desk, asked, { choice: now, title: md`*What TraceOps sends to you alone*` });
  const change = changeOf(typed);
  if (change === null) return howTo(asked);
  if (now === null) {
    return sayMd(md`Nothing is chosen yet, and TraceOps does not know under which name you deploy. ${home(asked)}`);
  }
  const choice = { ...now, ...change };
  await desk.access.require(actor, "personal.change");
  await keepAuthorChoice(of, choice, { by: actor.name, atMs: desk.clock.nowMs() });
  return settingsReply(desk, asked, { choice, title: md`*Changed. What TraceOps sends to you alone*` });
}

function changeOf(typed: string): Partial<Pick<AuthorChoice, "isOn" | "quiet">> | null {
  if (typed === "deploys on") return { isOn: true };
  if (typed === "deploys off") return { isOn: false };
  if (typed === "quiet off") return { quiet: null };
  const quiet = typed.startsWith("quiet ") ? parseSpan(typed.slice("quiet ".length)) : null;
  return quiet === null ? null : { quiet };
}

interface Chosen {
  readonly choice: AuthorChoice | null;
  readonly title: Mrkdwn;
}

function settingsReply({ command, redactor }: Desk, asked: Performed, { choice, title }: Chosen): Drawing {
  const type = (words: Safe) => md`\`${escaped(safe`${command} settings ${words}`)}\``;
  if (choice === null) return sayMd(joinMd([title, md`• Nothing is chosen, so nothing is sent.`, home(asked)], "\n"));
  const { isOn, names, quiet, zone } = choice;
  const known =
    names.length === 0
      ? safe`none`
      : joinSafe(
          names.map((name) => redactor.text(name)),
          ", ",
        );
  const lines = [
    title,
    isOn
      ? md`• Message when a change of mine is suspected: *on* · ${type(safe`deploys off`)}`
      : md`• Message when a change of mine is suspected: *off* · ${type(safe`deploys on`)}`,
    md`• My names where changes come from: ${escaped(known)}`,
    quiet === null
      ? md`• Quiet hours: *none* · ${type(safe`quiet 22:00-07:00`)}`
      : md`• Quiet hours: *${escaped(safe`${literal(quiet.from)} to ${literal(quiet.to)}`)}* (${escaped(redactor.text(zone))}) · ${type(safe`quiet off`)}`,
    home(asked),
  ];
  return sayMd(joinMd(lines, "\n"));
}

function home({ homeUrl }: Performed): Mrkdwn {
  return md`Everything can be chosen in the ${linkMd(homeUrl, md`Home tab of TraceOps`)}.`;
}

/** What runs here. */
export async function version(): Promise<Drawing> {
  return say(safe`TraceOps ${VERSION}`);
}

/** One line per part: what needs fixing first, then what works, then what is off by choice. */
export async function doctor(desk: Desk): Promise<Answer> {
  const findings = await desk.health();
  const of = (sign: HealthFinding["sign"]) => findings.filter((finding) => finding.sign === sign);
  const [broken, off, well] = [of("FIX"), of("off"), of("ok")];
  const verdict =
    broken.length === 0
      ? safe`Nothing to fix: ${well.length} parts work, ${off.length} are off`
      : safe`${broken.length} to fix, ${well.length} work, ${off.length} are off`;
  const groups = [
    [md`*${escaped(verdict)}*`, ...linesOf(desk, broken, MAX_FIX).map((line) => md`*FIX* ${line}`)],
    well.length === 0 ? [] : [md`*OK* ${namesOf(desk, well)}`],
    // How to connect each of them fills screens; nobody asks for that at night.
    off.length === 0
      ? []
      : [md`*OFF* ${namesOf(desk, off)}. On its machine, npx traceops doctor says how to connect each.`],
  ].filter((lines) => lines.length > 0);
  return {
    drawing: {
      text: escaped(verdict),
      blocks: groups.map((lines, index) => section(`doctor${index}`, joinMd(lines, "\n"))),
    },
    share: { word: "doctor", rest: "" },
  };
}

/** Each part with what to do; where that is too much for a phone, the names of the rest. */
function linesOf(desk: Desk, findings: readonly HealthFinding[], most: number): readonly Mrkdwn[] {
  const told = findings.slice(0, most).map(({ part, text }) => foreign(desk, `${part}: ${text}`));
  const rest = findings.slice(most);
  return rest.length === 0 ? told : [...told, md`${namesOf(desk, rest)} (npx traceops doctor tells how)`];
}

function namesOf(desk: Desk, findings: readonly HealthFinding[]): Mrkdwn {
  return joinMd(
    findings.slice(0, MAX_NAMES).map(({ part }) => foreign(desk, part)),
    ", ",
  );
}

/** Some of these words are an error's own. */
function foreign(desk: Desk, text: string): Mrkdwn {
  return escaped(cutWords(desk.redactor.text(text), LINE));
}
