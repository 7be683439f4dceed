import type { JobOutcome } from "../../../app/jobs/catalog.ts";
import type { OutboundMessage } from "../../../app/ports.ts";
import type { IncidentAnswer } from "../../../app/verbs.ts";
import type { Form } from "../drawing/message.ts";
import { bodyHash, formsOf, render, type Subject } from "../drawing/render.ts";
import { parsePlace } from "../place.ts";
import { type CardPlace, openPlaces, placesOfCard } from "./card-place.ts";
import { type ChartFile, freshChart, knownChart } from "./chart-file.ts";
import { deliver } from "./deliver.ts";
import { again, type Delivered, type Draft, type Due } from "./postbox.ts";
import { keyOf, offeredUntilMs, type Publisher, SURFACE } from "./publisher.ts";
import { adviceFor } from "./refusals.ts";
import { withRowsAtHand } from "./rows-at-hand.ts";
import { repliesOf } from "./thread-plan.ts";

export { type Publisher, SURFACE } from "./publisher.ts";

/**
 * Draws an answer: the card in the channel first, then in its thread the timeline, the causes and what changed. Runs
 * under the incident's lock; running it again, late or after a crash changes nothing that stands.
 */
export async function publish(asked: Publisher, answer: IncidentAnswer, signal: AbortSignal): Promise<JobOutcome> {
  const rows = await asked.messages.ofIncident(answer.incident.tenant, answer.incident.id, SURFACE);
  const publisher = { ...asked, messages: withRowsAtHand(asked.messages, rows) };
  const ordinal = rootOrdinal(rows);
  if (ordinal === null) return DONE;
  if (await isBack(publisher, rows))
    return again(publisher.clock.nowMs(), "the channel of the card takes messages again");
  const found = await placesOfCard(publisher, answer, {
    row: rootOf(rows, ordinal),
    before: rootOf(rows, ordinal - 1),
  });
  if (found.status === "muted") return afterMute(publisher, answer, found.untilMs);
  const task: Task = { publisher, answer, rows, ordinal, signal };
  const { root, place } = await deliverCard(task, found.places);
  switch (root.status) {
    case "posted":
      return deliverThread(task, { root, place });
    case "again":
      return root;
    case "gone":
      return cardWasDeleted(task);
    case "closed":
      return cardIsShutOut(task);
    case "stuck":
      return UNTOLD;
    default:
      return root satisfies never;
  }
}

/**
 * Nobody was told. Somebody may give the workspace its token back, or invite the bot: until a day after the last change of
 * the incident the job comes again when the refusal may be over, for one call.
 */
async function untold(task: Task, { team, channel }: Pick<CardPlace, "team" | "channel">): Promise<JobOutcome> {
  const { clock, cooldowns } = task.publisher;
  const shut = await cooldowns.closedBy({ tenant: task.answer.incident.tenant, team, channel });
  if (shut !== null) await noteWhy(task, adviceFor(shut.code, channel));
  if (clock.nowMs() > offeredUntilMs(task.answer)) return UNTOLD;
  // Without a refusal it was taken back this very moment, or the card is wanted elsewhere by now.
  const notBeforeMs = shut?.untilMs ?? clock.nowMs() + LOOK_AGAIN_MS;
  return {
    status: "again",
    notBeforeMs,
    because: `slack refuses the card (${shut?.code ?? "not any more"})`,
    untold: true,
  };
}

const LOOK_AGAIN_MS = 60_000;

/** A card that was not tried or not looked for, because another one was refused a moment ago, is untold for the same reason. */
async function noteWhy({ publisher, answer, ordinal }: Task, problem: string): Promise<void> {
  const row = await publisher.messages.open(keyOf(answer, "root", ordinal));
  if (row.state === "pending") await publisher.messages.move(row, { state: "failed", problem, bodyHash: null });
  if (row.state === "settling" && row.problem !== problem) await publisher.messages.move(row, { problem });
}

const DONE: JobOutcome = { status: "done" };
const UNTOLD: JobOutcome = { status: "done", untold: true };

interface Task {
  readonly publisher: Publisher;
  readonly answer: IncidentAnswer;
  readonly rows: readonly OutboundMessage[];
  readonly ordinal: 0 | 1;
  readonly signal: AbortSignal;
}

type Posted = Extract<Delivered, { status: "posted" }>;

/** The first card, or its one replacement; null when both were deleted by people, who then do not want a third. */
function rootOrdinal(rows: readonly OutboundMessage[]): 0 | 1 | null {
  const isDeleted = (ordinal: number) => {
    const root = rootOf(rows, ordinal);
    return root?.state === "failed" && root.remote !== null;
  };
  if (!isDeleted(0)) return 0;
  return isDeleted(1) ? null : 1;
}

function rootOf(rows: readonly OutboundMessage[], ordinal: number): OutboundMessage | undefined {
  return rows.find(({ key }) => key.kind === "root" && key.ordinal === ordinal);
}

/** People may take a mute back: this often somebody looks. */
const MUTE_LOOK_MS = 30_000;

/** Nobody wants to hear of this service now. A case that is still open then gets its card. */
function afterMute({ clock }: Publisher, { view }: IncidentAnswer, untilMs: number): JobOutcome {
  if (view.resolvedAtMs !== null) return DONE;
  return again(Math.min(untilMs, clock.nowMs() + MUTE_LOOK_MS), "the service is muted");
}

/** The card in the first place that takes it. */
async function deliverCard(
  { publisher, answer, ordinal, signal }: Task,
  places: readonly CardPlace[],
): Promise<{ readonly root: Delivered; readonly place: CardPlace | null }> {
  const subject: Subject = { kind: "root", view: answer.view };
  let refused: Delivered = { status: "closed", code: "no channel takes messages" };
  let because: string | null = null;
  for (const place of places) {
    const problem = because ?? place.problem;
    const draft = draftOf(publisher, answer, { subject, ordinal, place: { ...place, problem }, threadTs: null });
    const root = await deliver(publisher, draft, signal);
    if (root.status !== "closed") return { root, place };
    refused = root;
    because = `${place.channel} took no card (${root.code}): it stands in the default channel instead`;
  }
  return { root: refused, place: null };
}

/** Somebody deleted the card. It comes back once, marked as re-created; at the second time we stop. */
function cardWasDeleted({ publisher, answer, ordinal }: Task): JobOutcome {
  const incidentId = answer.incident.id;
  if (ordinal === 1) {
    publisher.logger.error({ incidentId }, "the slack card was deleted twice, posting no third one");
    return DONE;
  }
  publisher.logger.warn({ incidentId }, "the slack card was deleted, posting it once more");
  return { status: "again", notBeforeMs: publisher.clock.nowMs(), because: "the card was deleted and is made anew" };
}

/** The channel of a card that stands takes nothing any more: it is made anew where one does, once. */
async function cardIsShutOut(task: Task): Promise<JobOutcome> {
  const { publisher, answer, ordinal, rows } = task;
  const row = rootOf(rows, ordinal);
  // Where it may stand, it has to be looked for before it is posted anywhere.
  if (row?.state !== "posted" || row.remote === null) {
    return untold(task, row?.remote == null ? await wantedPlace(task) : parsePlace(row.remote.place));
  }
  const standing = parsePlace(row.remote.place);
  if (ordinal === 1) return untold(task, standing);
  const open = await openPlaces(publisher, answer, standing);
  if (open.length === 0 || answer.view.resolvedAtMs !== null) return untold(task, standing);
  const problem = `${parsePlace(row.remote.place).channel} takes nothing any more: the card moved to the default channel`;
  await publisher.messages.move(row, { state: "failed", problem });
  return { status: "again", notBeforeMs: publisher.clock.nowMs(), because: "the card moves to another channel" };
}

async function wantedPlace({ publisher, answer }: Task): Promise<Pick<CardPlace, "team" | "channel">> {
  const wanted = await publisher.routing.targetOf(answer);
  return wanted.status === "muted" ? { team: null, channel: publisher.routing.homeOf(null) } : wanted;
}

/** True when the card was to move, found no other channel, and its own takes messages again: it is the card again. */
async function isBack({ messages, cooldowns }: Publisher, rows: readonly OutboundMessage[]): Promise<boolean> {
  const [first, second] = [rootOf(rows, 0), rootOf(rows, 1)];
  // Without a problem it was deleted by a person, and is not to come back.
  const isAway = first?.state === "failed" && first.remote !== null && first.problem !== null;
  if (!isAway || (second !== undefined && second.remote !== null)) return false;
  const { tenant } = first.key;
  if ((await cooldowns.closedBy({ ...parsePlace(first.remote.place), tenant })) !== null) return false;
  return messages.move(first, { state: "posted", bodyHash: null, problem: null });
}

/** A reply found no parent: the card is gone, although no edit has noticed it yet. */
async function threadIsGone(task: Task): Promise<JobOutcome> {
  const root = await task.publisher.messages.open(keyOf(task.answer, "root", task.ordinal));
  await task.publisher.messages.move(root, { state: "failed", problem: null });
  return cardWasDeleted(task);
}

interface Thread {
  readonly root: Posted;
  readonly place: CardPlace;
}

async function deliverThread(
  task: Task,
  { root, place: cardPlace }: { root: Posted; place: CardPlace | null },
): Promise<JobOutcome> {
  if (cardPlace === null) return DONE;
  const { publisher, answer, rows } = task;
  const thread: Thread = { root, place: { ...cardPlace, channel: root.channel, problem: null } };
  const { file } = await knownChart(publisher, answer, thread.place);
  const dues = dueOf(root);
  for (const planned of repliesOf(publisher, answer, rows)) {
    const chart = planned.subject.kind === "timeline" ? file : null;
    const reply = await deliverReply(task, thread, { ...planned, chart });
    if (reply === "closed") return cardIsShutOut(task);
    if (reply === "orphaned") return threadIsGone(task);
    dues.push(...reply);
  }
  return outcome([...dues, ...(await drawChart(task, thread, file))]);
}

/** When to come back for a reply, if at all; or that its channel is closed, or its card gone. */
async function deliverReply(
  { publisher, answer, signal }: Task,
  { root, place }: Thread,
  reply: Pick<Slot, "subject" | "ordinal" | "chart">,
): Promise<readonly Due[] | "closed" | "orphaned"> {
  const slot: Slot = { ...reply, place, threadTs: root.ts };
  const delivered = await deliver(publisher, draftOf(publisher, answer, slot), signal);
  if (delivered.status === "closed") return "closed";
  // A reply that people deleted is theirs to delete; only a missing parent is the card's affair.
  const isOrphan = delivered.status === "gone" && !(await isDeletedReply(publisher, answer, slot));
  return isOrphan ? "orphaned" : dueOf(delivered);
}

function dueOf(delivered: Delivered): Due[] {
  if (delivered.status === "again") return [delivered];
  return delivered.status === "posted" && delivered.due !== null ? [delivered.due] : [];
}

/** After every word has been said: the picture, into the timeline that stands. */
async function drawChart(task: Task, thread: Thread, shown: ChartFile | null): Promise<readonly Due[]> {
  const { publisher, answer, signal } = task;
  if (answer.analysis === null) return [];
  const { file, due } = await freshChart(publisher, answer, { place: thread.place, signal });
  const dues = due === null ? [] : [due];
  if (file === null || file.fileId === shown?.fileId) return dues;
  const subject: Subject = { kind: "timeline", view: answer.view };
  const timeline = await deliverReply(task, thread, { subject, ordinal: 0, chart: file });
  // What is wrong with the channel or the card shows at the next look at them.
  return typeof timeline === "string" ? dues : [...dues, ...timeline];
}

async function isDeletedReply(publisher: Publisher, answer: IncidentAnswer, slot: Slot): Promise<boolean> {
  const row = await publisher.messages.open(keyOf(answer, slot.subject.kind, slot.ordinal));
  return row.state === "failed";
}

interface Slot {
  readonly subject: Subject;
  readonly ordinal: number;
  readonly place: CardPlace;
  readonly threadTs: string | null;
  readonly chart?: ChartFile | null;
}

function draftOf(publisher: Publisher, answer: IncidentAnswer, slot: Slot): Draft {
  const { subject, ordinal, place, threadTs } = slot;
  const options = { links: publisher.links, recreated: subject.kind === "root" && ordinal > 0 };
  const drawn = (file: ChartFile | null) => ({
    hash: bodyHash(subject, { ...options, chart: file }),
    draw: (form: Form) => render(subject, { ...options, chart: file, form, edition: answer.sequence }),
  });
  const chart = slot.chart ?? null;
  return {
    ...place,
    ...drawn(chart),
    withoutPicture: chart === null ? null : { ...drawn(null), onRefused: chart.onRefused },
    key: keyOf(answer, subject.kind, ordinal),
    offeredUntilMs: offeredUntilMs(answer),
    kind: subject.kind,
    look: "progress" in subject ? "progress" : subject.kind,
    threadTs,
    forms: formsOf(subject.kind),
  };
}

/** The earliest time at which something is left to do. */
function outcome(dues: readonly Due[]): JobOutcome {
  const first = dues.toSorted((a, b) => a.notBeforeMs - b.notBeforeMs)[0];
  if (first === undefined) return DONE;
  return { status: "again", notBeforeMs: first.notBeforeMs, because: first.because };
}
