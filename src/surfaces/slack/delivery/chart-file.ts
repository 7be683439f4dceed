import type { OutboundMessage } from "../../../app/ports.ts";
import type { IncidentAnswer } from "../../../app/verbs.ts";
import { epochMs, stableHash } from "../../../core/ids.ts";
import { chartImage } from "../drawing/chart-image.ts";
import type { CardPlace } from "./card-place.ts";
import { uploadPicture } from "./chart-upload.ts";
import { type Due, moved } from "./postbox.ts";
import { keyOf, type Publisher } from "./publisher.ts";
import type { CallFailure } from "./slack-errors.ts";

const UPLOAD = "files.getUploadURLExternal";
/** While the chart changes, at most one upload in this time. */
const UPLOAD_EVERY_MS = 60_000;
/** Slack shows a fresh file some seconds after its upload. */
const PROCESSED_MS = 15_000;
const MAX_REFUSALS = 2;

/** Why a drawing that is finished otherwise comes again. */
export const DRAWN_LATER = "the chart is drawn anew later";

/** The picture that messages may show now. */
export interface ChartFile {
  readonly fileId: string;
  /** To be told when Slack does not take it in a message. */
  readonly onRefused: () => Promise<void>;
}

export interface Charted {
  readonly file: ChartFile | null;
  /** When to look at the picture again. */
  readonly due: Due | null;
}

/** The picture that was uploaded last; calls nothing. `lookups` of its row counts how often Slack refused to show it. */
export async function knownChart(publisher: Publisher, answer: IncidentAnswer, place: CardPlace): Promise<Charted> {
  if (answer.view.chart === null) return NONE;
  return shown(publisher, await rowOf(publisher, answer), place);
}

/**
 * The picture of what is true now: uploaded when people would see a difference, at most once a minute. Without a scope
 * or with a Slack that fails, the words in the message stand for it.
 */
export async function freshChart(
  publisher: Publisher,
  answer: IncidentAnswer,
  { place, signal }: { readonly place: CardPlace; readonly signal: AbortSignal },
): Promise<Charted> {
  const { chart } = answer.view;
  if (chart === null) return NONE;
  const row = await rowOf(publisher, answer);
  const drawnHash = stableHash(JSON.stringify([chart, place.team]));
  // The first half is the hash of what it is drawn from: equal data needs no drawing.
  const [dataHash = ""] = (row.bodyHash ?? "").split(":");
  const known = shown(publisher, row, place);
  if (dataHash === drawnHash || row.state === "failed") return known;
  const wait = await waitUntil(publisher, answer, { row, place });
  if (wait !== null) return { ...known, due: { notBeforeMs: wait, because: DRAWN_LATER } };
  return (await drawn(publisher, chart, { row, place, answer, drawnHash, signal })) ?? known;
}

interface Drawing {
  readonly row: OutboundMessage;
  readonly place: CardPlace;
  readonly answer: IncidentAnswer;
  readonly drawnHash: string;
  readonly signal: AbortSignal;
}

/** Draws the picture and brings it up when it looks different; null when it could not be drawn. */
async function drawn(
  publisher: Publisher,
  chart: NonNullable<IncidentAnswer["view"]["chart"]>,
  drawing: Drawing,
): Promise<Charted | null> {
  const { row, place, drawnHash } = drawing;
  const image = await chartImage(chart, (err) => publisher.logger.warn({ err }, "the chart could not be drawn"));
  if (image === null) return null;
  const bodyHash = `${drawnHash}:${image.hash}`;
  if (row.bodyHash?.endsWith(`:${image.hash}`) !== true) return upload(publisher, { ...drawing, bodyHash, image });
  const same = await moved(publisher, row, { bodyHash });
  return same === null ? null : shown(publisher, same, place);
}

const NONE: Charted = { file: null, due: null };

function rowOf(publisher: Publisher, answer: IncidentAnswer): Promise<OutboundMessage> {
  return publisher.messages.open(keyOf(answer, "chart", 0));
}

function shown(publisher: Publisher, row: OutboundMessage, place: CardPlace): Charted {
  const { remote, lookups } = row;
  // A file belongs to its workspace.
  if (remote === null || remote.place !== (place.team ?? "-") || lookups >= MAX_REFUSALS) return NONE;
  const dueMs = (row.attemptAtMs ?? 0) + PROCESSED_MS;
  const isWaiting = lookups > 0 && publisher.clock.nowMs() < dueMs;
  if (isWaiting) return { file: null, due: { notBeforeMs: dueMs, because: "slack does not show the chart yet" } };
  const onRefused = async () => {
    await publisher.messages.move(row, { lookups: lookups + 1, attemptAtMs: publisher.clock.nowMs() });
  };
  return { file: { fileId: remote.id, onRefused }, due: null };
}

async function waitUntil(
  { cooldowns, clock }: Publisher,
  answer: IncidentAnswer,
  { row, place }: { row: OutboundMessage; place: CardPlace },
): Promise<number | null> {
  const block = await cooldowns.blockOf(UPLOAD, { tenant: answer.incident.tenant, ...place });
  const next = row.attempt === 0 ? 0 : (row.attemptAtMs ?? 0) + UPLOAD_EVERY_MS;
  const until = Math.max(next, block?.untilMs ?? 0);
  return until > clock.nowMs() ? until : null;
}

async function upload(
  publisher: Publisher,
  given: Drawing & { readonly bodyHash: string; readonly image: { readonly png: Uint8Array; readonly alt: string } },
): Promise<Charted> {
  const { row, place, bodyHash, answer, image, signal } = given;
  const attemptAtMs = epochMs(publisher.clock.nowMs());
  const claim = await moved(publisher, row, { attempt: row.attempt + 1, attemptAtMs });
  if (claim === null) return NONE;
  const name = answer.incident.id;
  const picture = { ...image, filename: `${name}-errors.png`, title: `Errors of ${name}` };
  const result = await uploadPicture(place.client, picture, signal);
  if (result.status === "failed") return notUploaded(publisher, { claim, failure: result.failure, place });
  const remote = { place: place.team ?? "-", id: result.fileId };
  const stored = await moved(publisher, claim, { bodyHash, remote, lookups: 0 });
  return stored === null ? NONE : shown(publisher, stored, place);
}

async function notUploaded(
  publisher: Publisher,
  { claim, failure, place }: { claim: OutboundMessage; failure: CallFailure; place: CardPlace },
): Promise<Charted> {
  const { incidentId, tenant } = claim.key;
  publisher.logger.warn({ incidentId, failure }, "the chart could not be uploaded; its words stand for it");
  // A missing scope stays missing for this incident: the words do.
  if (failure.kind === "permanent") await moved(publisher, claim, { state: "failed" });
  if (failure.kind === "rate-limited") {
    await publisher.cooldowns.pause({ method: UPLOAD, spot: { tenant, ...place } }, failure.waitMs);
  }
  return shown(publisher, claim, place);
}
