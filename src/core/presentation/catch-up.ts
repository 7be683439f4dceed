import type { EpochMs } from "../ids.ts";
import { cutSafe, joinSafe, ownWords, type Safe, safe } from "../safe.ts";
import { duration } from "../time.ts";
import type { ChangeOfMind, IncidentState, IncidentView } from "./view.ts";
import { cutWords, literal, titled, withoutStop } from "./words.ts";

/** What a late joiner is told from. */
export interface CatchUpInput {
  readonly view: IncidentView;
  /** What people wrote, oldest first. */
  readonly notes: readonly { readonly who: Safe; readonly atMs: EpochMs; readonly text: Safe }[];
  readonly changeOfMind: ChangeOfMind | null;
  readonly nowMs: EpochMs;
}

/** One line: what it is about, the time it is about when it has one, and the words. */
export interface CatchUpLine {
  readonly label: Safe;
  readonly atMs: EpochMs | null;
  readonly text: Safe;
  /** An address to open; only on the last line. */
  readonly url: Safe | null;
}

/** More than this nobody reads while joining. */
export const CATCH_UP_LINES = 10;
const LINE = 240;
const TRIED_SHOWN = 3;
const TRIED = 90;

/**
 * An incident in ten lines at most: where it stands, what it does to users, the leading cause, what changed that mind last,
 * who has it, what was tried, what is open, the next step, the latest update, where to read on. A line without an answer
 * is left out, except for those whose silence could be misread.
 */
export function catchUp(input: CatchUpInput): readonly CatchUpLine[] {
  const { view, changeOfMind } = input;
  const { cause, impact, nextStep } = view.card;
  return [
    stateLine(input),
    line(safe`Impact`, impact ?? safe`not known; no record read so far counts it`),
    line(cause.label, cause.text),
    ...(changeOfMind === null ? [] : [line(safe`Last change of mind`, changeOfMind.text)]),
    line(safe`Who has it`, owner(view)),
    line(safe`Tried`, tried(input)),
    ...openQuestions(view),
    ...(nextStep === null ? [] : [line(safe`Next step`, nextStep)]),
    ...latestUpdate(view),
    ...(view.pageUrl === null ? [] : [{ ...line(safe`All of it`, safe`the incident's page`), url: view.pageUrl }]),
  ].slice(0, CATCH_UP_LINES);
}

function line(label: Safe, text: Safe): CatchUpLine {
  return { label, atMs: null, text: cutWords(text, LINE), url: null };
}

const STATE: Readonly<Record<IncidentState, Safe>> = {
  investigating: safe`still being looked into`,
  "likely-cause": safe`likely cause found`,
  "several-candidates": safe`several possible causes`,
  "no-likely-cause": safe`no likely cause found`,
  recovered: safe`recovered by itself, not resolved yet`,
  resolved: safe`resolved`,
};

function stateLine({ view, nowMs }: CatchUpInput): CatchUpLine {
  const { priority, service, title, state, startedAtMs, resolvedAtMs, reopened } = view;
  const lasted = duration(Math.max(0, (resolvedAtMs ?? nowMs) - startedAtMs));
  const again = reopened && state !== "resolved" ? safe` (fired again after it was resolved)` : safe``;
  const long = resolvedAtMs === null ? safe`for ${lasted}` : safe`after ${lasted}`;
  const what = titled(service === null ? null : cutSafe(service, 60), cutSafe(title, 90));
  const text = safe`${priority} ${what} · ${STATE[state]}${again}, ${long}`;
  return { ...line(ownWords(view.incidentId), text), atMs: startedAtMs };
}

function owner({ acknowledgedBy, state }: IncidentView): Safe {
  if (acknowledgedBy !== null) return acknowledgedBy;
  return state === "resolved" ? safe`nobody acknowledged it` : safe`nobody acknowledged it yet`;
}

/** What people wrote and what they named or suspect. An edit of a row tells nothing of what was tried. */
function tried({ view, notes }: CatchUpInput): Safe {
  const stated = view.corrections
    .filter(({ kind }) => kind === "cause-stated")
    .map(({ by, atMs, text }) => ({ who: by, atMs, text }));
  const all = [...notes, ...stated].toSorted((a, b) => a.atMs - b.atMs);
  if (all.length === 0) return safe`nothing is noted so far`;
  const shown = all.slice(-TRIED_SHOWN).map(({ who, text }) => safe`${who}: ${cutWords(withoutStop(text), TRIED)}`);
  const earlier = all.length - shown.length;
  return safe`${joinSafe(shown, "; ")}${earlier > 0 ? safe` (and ${earlier} earlier)` : safe``}`;
}

/** What would settle it, and what nobody could look at: both are open. */
function openQuestions({ causes, card, state }: IncidentView): readonly CatchUpLine[] {
  const toBeSure = state === "resolved" ? [] : (causes[0]?.toBeSure.slice(0, 1) ?? []);
  // What is the next step already is not asked twice.
  const asked = toBeSure.filter((question) => question !== card.nextStep);
  const open = [...asked.map(withoutStop), ...(card.notChecked === null ? [] : [card.notChecked])];
  return open.length === 0 ? [] : [line(safe`Open questions`, joinSafe(open, "; "))];
}

function latestUpdate({ latestUpdate: said }: IncidentView): readonly CatchUpLine[] {
  if (said === null) return [];
  return [{ ...line(literal("Latest update"), safe`${said.by}: ${said.text}`), atMs: said.atMs }];
}
