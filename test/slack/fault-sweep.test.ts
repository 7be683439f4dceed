import { expect, test } from "vitest";
import { z } from "zod";
import type { Call, Fault } from "../../dev/slack/workspace.ts";
import type { IncidentAnswer } from "../../src/app/verbs.ts";
import { incidentId } from "../../src/core/ids.ts";
import { safe } from "../../src/core/safe.ts";
import { PostOffice } from "../support/fake-slack/post-office.ts";
import { anAnswer, aView, investigatingView, resolvedView } from "../support/fake-slack/sample-answers.ts";

const RUNS = 200;
const FAULTS_PER_RUN = 4;
const LAST_WORDS = safe`INC: resolved, and these are the last words about it.`;
const CLOSED_MS = 5 * 60_000;
const PERMANENT = ["channel_not_found", "is_archived", "not_in_channel", "restricted_action", "msg_too_long"];
const METHODS = [
  "chat.postMessage",
  "chat.update",
  "conversations.history",
  "conversations.replies",
  "chat.delete",
  "files.getUploadURLExternal",
];
const counts = { faults: 0, calls: 0, ambiguous: 0 };

const Mark = z.object({ event_payload: z.object({ kind: z.string(), nonce: z.string() }) });

/** The same numbers on every machine, so that a failing run can be repeated by its number. */
function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

function faultOf(random: () => number): Fault {
  const pick = random();
  if (pick < 0.2) return { kind: "rate-limit", retryAfterS: 1 + Math.floor(random() * 60) };
  if (pick < 0.35) return { kind: "error-before" };
  if (pick < 0.5) return { kind: "error-after" };
  if (pick < 0.65) return { kind: "reset-after" };
  if (pick < 0.75) return { kind: "doubled", isAnswerLost: true };
  if (pick < 0.85) return { kind: "stored-late", ms: 5 };
  return { kind: "refuse", code: PERMANENT[Math.floor(random() * PERMANENT.length)] ?? "is_archived" };
}

/** One night of an incident: first look, answer, votes and alerts, a change of mind, the end. */
function night(run: number): readonly IncidentAnswer[] {
  const incident = { ...anAnswer().incident, id: incidentId(`INC-${run}`) };
  const mind = { label: "Strengthened" as const, text: safe`deploy v412, medium (0.55) to high (0.81).` };
  return [
    anAnswer({ incident, view: investigatingView(), analysis: null, sequence: 1 }),
    anAnswer({ incident, sequence: 4 }),
    anAnswer({ incident, view: aView({ alertCount: 5 }), sequence: 6 }),
    anAnswer({ incident, view: aView({ alertCount: 9 }), sequence: 8, changeOfMind: mind }),
    anAnswer({ incident, view: resolvedView(), sequence: 12, changeOfMind: mind }),
  ];
}

/** Calls that came before the time that Slack had asked for. */
function tooEarly({ faults, fake }: PostOffice): readonly string[] {
  return faults.flatMap(({ fault, call: limited }) => {
    if (fault.kind !== "rate-limit") return [];
    const until = limited.atMs + fault.retryAfterS * 1000;
    const early = after(fake.workspace.calls, limited).filter(({ atMs }) => atMs < until);
    return early.map(({ method, atMs }) => `${method} ${until - atMs} ms too early`);
  });
}

/** Calls into a channel that had just refused for good, and the same words again after they were refused. */
function afterPermanent({ faults, fake }: PostOffice): readonly string[] {
  return faults.flatMap(({ fault, call: refused }) => {
    if (fault.kind !== "refuse" || !refused.method.startsWith("chat.")) return [];
    const later = after(fake.workspace.calls, refused);
    const wrong =
      fault.code === "msg_too_long"
        ? later.filter(({ body }) => body["blocks"] === refused.body["blocks"] && body["ts"] === refused.body["ts"])
        : later.filter(({ atMs }) => atMs < refused.atMs + CLOSED_MS);
    return wrong.map(({ method }) => `${method} again after ${fault.code}`);
  });
}

/** Calls of the same method into the same channel that came later. */
function after(calls: readonly Call[], given: Call): readonly Call[] {
  const later = calls.slice(calls.indexOf(given) + 1);
  return later.filter(({ method, body }) => method === given.method && body["channel"] === given.body["channel"]);
}

/** Messages that say the same logical thing twice in one place. */
function doubles({ fake }: PostOffice): readonly string[] {
  const names = fake.workspace.messages
    .filter(({ deleted }) => !deleted)
    .map(({ channel, threadTs, metadata }) => {
      const { kind, nonce } = Mark.parse(metadata).event_payload;
      return `${kind === "change" ? nonce : kind} in ${channel}/${threadTs ?? ""}`;
    });
  return names.filter((name, index) => names.indexOf(name) !== index);
}

/** What people do not see at the end although nobody has to look. */
function missing(office: PostOffice, deletions: number): readonly string[] {
  const rows = [...office.messages.rows.values()];
  if (rows.some(({ state }) => state === "ambiguous")) return [];
  const root = rows.filter(({ key }) => key.kind === "root").toSorted((a, b) => b.key.ordinal - a.key.ordinal)[0];
  const moves = office.faults.filter(({ fault }) => fault.kind === "refuse").length;
  // Two cards were taken away, by people or by refusing channels: there is no third.
  if (root?.state === "failed" && root.key.ordinal === 1) return deletions + moves >= 2 ? [] : ["the card"];
  const card = office.fake.workspace.messages.find(({ ts, deleted }) => ts === root?.remote?.id && !deleted);
  if (card?.text !== LAST_WORDS) return [`the card says ${card?.text ?? "nothing"}`];
  const replies = office.fake.workspace.replies(card.ts).map(({ metadata }) => Mark.parse(metadata).event_payload.kind);
  // Words that were refused for themselves wait for other words, and doctor says so.
  const refused = rows.filter(({ problem }) => problem !== null).map(({ key }) => key.kind);
  return ["timeline", "hypotheses"].filter((kind) => !replies.includes(kind) && !refused.includes(kind));
}

function unalarmed({ faults, log }: PostOffice): readonly string[] {
  const refused = faults.filter(({ fault, call }) => fault.kind === "refuse" && call.method.startsWith("chat."));
  const alarms = log.lines.filter(({ level }) => level === "error").length;
  return refused.length > 0 && alarms === 0 ? ["no alarm"] : [];
}

function breakThings({ fake }: PostOffice, random: () => number): void {
  for (let count = 0; count < FAULTS_PER_RUN; count++) {
    const method = METHODS[Math.floor(random() * random() * METHODS.length)] ?? "chat.postMessage";
    const fault = faultOf(random);
    // A message that may never be taken away cannot be taken away.
    if (method !== "chat.delete" || fault.kind !== "refuse") fake.workspace.breakNext(method, fault);
  }
}

async function play(seed: number): Promise<readonly string[]> {
  const random = randomOf(seed);
  const office = new PostOffice();
  await office.start();
  try {
    office.channel = "C0PAYMENTS";
    const { workspace } = office.fake;
    breakThings(office, random);
    let deletions = 0;
    for (const answer of night(seed)) {
      await office.publishUntilDone(answer);
      office.clock.advance(Math.floor(random() * 20_000));
      if (random() > 0.05) continue;
      workspace.deleteByPerson(workspace.roots()[0]?.ts ?? "");
      deletions += 1;
    }
    // Whatever was refused is repaired: the last words are said now.
    office.isCalm = true;
    office.clock.advance(CLOSED_MS + 1);
    const view = { ...resolvedView(), notification: LAST_WORDS, revision: 20 };
    await office.publishUntilDone({ ...(night(seed).at(-1) ?? anAnswer()), view, sequence: 20 });
    counts.calls += workspace.calls.length;
    counts.faults += office.faults.length;
    counts.ambiguous += [...office.messages.rows.values()].filter(({ state }) => state === "ambiguous").length;
    return [
      ...tooEarly(office),
      ...afterPermanent(office),
      ...(deletions > 0 ? [] : doublesThatCount(office)),
      ...missing(office, deletions),
      ...unalarmed(office),
    ];
  } finally {
    await office.stop();
  }
}

/** Where nobody may look, a message may stand twice: that is what the alarm is for. */
function doublesThatCount(office: PostOffice): readonly string[] {
  const isUnclear = [...office.messages.rows.values()].some(({ state }) => state === "ambiguous");
  return isUnclear ? [] : doubles(office);
}

test(`${RUNS} nights with random faults end with every message once, no call too early, and every refusal reported`, async () => {
  const problems: string[] = [];
  for (let seed = 1; seed <= RUNS; seed++) {
    for (const problem of await play(seed)) problems.push(`run ${seed}: ${problem}`);
  }

  expect(problems).toEqual([]);
  // A sweep that breaks nothing proves nothing.
  expect(counts.faults).toBeGreaterThan(RUNS);
  expect(counts.ambiguous).toBeLessThan(RUNS / 5);
}, 300_000);
