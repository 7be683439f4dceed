import type { LogEvent } from "../../event.ts";
import type { Safe } from "../../safe.ts";
import type { Observed } from "../../timeline/observations.ts";
import { fisherSurprise, stoppedSurprise } from "./shares.ts";
import type { Step, Visit } from "./visits.ts";

/** One way in which visits to one operation of a service go wrong that they did not before. */
export interface Break {
  readonly service: Safe;
  readonly operation: Safe;
  /** A step of normal work that is left out, or an error line that is new or more frequent. */
  readonly kind: "left-out" | "error";
  readonly step: Step;
  readonly error: Observed<LogEvent> | null;
  /** Visits since it began that go wrong like this, by time; of them those that no broken callee explains. */
  readonly visits: readonly Visit[];
  readonly own: readonly Visit[];
  /** All visits since it began. */
  readonly insideOf: number;
  readonly before: number;
  readonly beforeOf: number;
  /** How many places and moments were looked at. */
  readonly looks: number;
  /** Evidence of all of them and of the own ones, in nats, already lowered for the number of looks. */
  readonly nats: number;
  readonly ownNats: number;
  /** Evidence that it is over, in nats. */
  readonly stopped: number;
}

/** A step is part of an operation when this share of its earlier visits had it. */
const ALWAYS = 0.9;
/** Fewer earlier visits do not show what an operation always does. */
const MIN_BEFORE = 3;
/** One or two requests without their last line were still running when the records end, or lost a line. */
const MIN_LEFT_OUT = 3;
/** One chance in twenty, as everywhere. */
export const SIGNIFICANT = 3;
/** A failure that comes and goes has stopped when it stays away this many times its longest pause so far. */
const PAUSES = 2.5;
/** More moments than this are not tried: the beginning is then known to a few requests. */
const MAX_BEGINNINGS = 100;

/**
 * Operations whose visits leave out what they always did, or write errors they did not write. A visit with a broken or
 * delayed visit below it is a victim: only the deepest broken visits of a request speak against their service.
 */
export function brokenVisits(visits: readonly Visit[], delayed: ReadonlySet<Visit>): readonly Break[] {
  const operations = [...Map.groupBy(visits, ({ service, operation }) => `${service}\u0000${operation}`).values()];
  const looks = operations.filter(canTell).length;
  const found = operations.flatMap((all) => breaksOf(all, looks));
  const bad = found.filter(({ nats }) => nats >= SIGNIFICANT).flatMap((each) => each.visits);
  const victims = victimsOf(new Set([...delayed, ...bad]));
  return found.map((each) => withoutVictims(each, victims));
}

/** An operation with so few requests that even all of them going wrong would be chance is no place that was looked at. */
function canTell(all: readonly Visit[]): boolean {
  const inside = all.filter(({ isInside }) => isInside).length;
  return fisherSurprise({ inside, insideOf: inside, before: 0, beforeOf: all.length - inside }) >= SIGNIFICANT;
}

function breaksOf(all: readonly Visit[], looks: number): readonly Break[] {
  const [before, inside] = [all.filter(({ isInside }) => !isInside), all.filter(({ isInside }) => isInside)];
  if (inside.length === 0) return [];
  const errors = newErrors(before, inside, looks);
  return before.length < MIN_BEFORE ? errors : [...leftOut(before, inside, looks), ...errors];
}

function leftOut(before: readonly Visit[], inside: readonly Visit[], looks: number): readonly Break[] {
  const steps = new Map<string, { readonly step: Step; count: number }>();
  for (const visit of before) {
    for (const [key, step] of visit.steps) {
      const known = steps.get(key);
      if (known === undefined) steps.set(key, { step, count: 1 });
      else known.count += 1;
    }
  }
  const usual = before.map((visit) => visit.steps.size).toSorted((a, b) => a - b)[before.length >> 1] ?? 0;
  return [...steps].flatMap(([key, { step, count }]) => {
    if (count < ALWAYS * before.length) return [];
    // Who does more than usual did not leave off early: it may have left out the handling of an error.
    const isBad = (visit: Visit): boolean => !visit.steps.has(key) && visit.steps.size < usual;
    const found = toBreak({ kind: "left-out", step, error: null, isBad, before, inside, looks });
    return found.filter((each) => each.visits.length >= MIN_LEFT_OUT);
  });
}

function newErrors(before: readonly Visit[], inside: readonly Visit[], looks: number): readonly Break[] {
  const errors = new Map<string, Observed<LogEvent>>();
  for (const visit of inside) {
    for (const [text, log] of visit.errors) if (!errors.has(text)) errors.set(text, log);
  }
  return [...errors].flatMap(([key, error]) => {
    const isBad = (visit: Visit): boolean => visit.errors.has(key);
    return toBreak({
      kind: "error",
      step: { kind: "line", text: error.event.body },
      error,
      isBad,
      before,
      inside,
      looks,
    });
  });
}

interface Draft {
  readonly kind: Break["kind"];
  readonly step: Step;
  readonly error: Observed<LogEvent> | null;
  readonly isBad: (visit: Visit) => boolean;
  readonly before: readonly Visit[];
  readonly inside: readonly Visit[];
  readonly looks: number;
}

function toBreak({ kind, step, error, isBad, before, inside, looks }: Draft): readonly Break[] {
  const marks = inside.map(isBad);
  const early = before.filter(isBad).length;
  const rise = beginning(marks, { early, before: before.length });
  // Errors that did not get more frequent are told too: that they are as usual speaks for their service.
  const began = rise ?? (kind === "error" ? { at: 0, places: 1 } : null);
  if (began === null) return [];
  const since = inside.slice(began.at);
  const visits = since.filter(isBad);
  const [first] = visits;
  if (first === undefined) return [];
  const draft = {
    service: first.service,
    operation: first.operation,
    kind,
    step,
    error,
    visits,
    own: visits,
    insideOf: since.length,
    before: early + marks.slice(0, began.at).filter(Boolean).length,
    beforeOf: before.length + began.at,
    looks: looks * began.places,
    stopped: staysAway(inside, visits) ? stoppedSurprise(marks) : 0,
  };
  const nats = natsOf(draft);
  return [{ ...draft, nats, ownNats: nats }];
}

/** What comes in waves has not stopped in a trough: it must stay away longer than it ever paused. */
function staysAway(all: readonly Visit[], bad: readonly Visit[]): boolean {
  const [lastBad, last] = [bad.at(-1)?.entry.atMs ?? 0, all.at(-1)?.entry.atMs ?? 0];
  const pauses = bad.map(({ entry }, at) => entry.atMs - (bad[at - 1]?.entry.atMs ?? entry.atMs));
  return last - lastBad >= PAUSES * pauses.reduce((longest, pause) => Math.max(longest, pause), 0);
}

interface Beginning {
  readonly at: number;
  /** How many different beginnings were tried. */
  readonly places: number;
}

/** The bad visit from which on "more are bad than before" explains all visits best. */
function beginning(
  marks: readonly boolean[],
  earlier: { readonly early: number; readonly before: number },
): Beginning | null {
  const bad = marks.flatMap((isBad, at) => (isBad ? [at] : []));
  const every = Math.ceil(bad.length / MAX_BEGINNINGS);
  let [best, most] = [-1, 0];
  for (let seen = 0; seen < bad.length; seen += every) {
    const at = bad[seen] ?? 0;
    const [insideOf, beforeOf] = [marks.length - at, earlier.before + at];
    const nats = fisherSurprise({ inside: bad.length - seen, insideOf, before: earlier.early + seen, beforeOf });
    if (nats > most) [best, most] = [at, nats];
  }
  // That it began before the window is the first guess. Of the others most share most of their requests, so that only
  // each doubling is a new one.
  const others = Math.ceil(Math.log2(bad.length + 1));
  return best === -1 ? null : { at: best, places: best === 0 ? 2 : 2 * others };
}

function natsOf({ own, insideOf, before, beforeOf, looks }: Omit<Break, "nats" | "ownNats">): number {
  return fisherSurprise({ inside: own.length, insideOf, before, beforeOf }) - Math.log(Math.max(1, looks));
}

/** Visits above a bad one, however far. */
function victimsOf(bad: ReadonlySet<Visit>): ReadonlySet<Visit> {
  const victims = new Set<Visit>();
  for (const visit of bad) {
    for (let caller = visit.caller; caller !== null && !victims.has(caller); caller = caller.caller)
      victims.add(caller);
  }
  return victims;
}

function withoutVictims(found: Break, victims: ReadonlySet<Visit>): Break {
  const own = found.visits.filter((visit) => !victims.has(visit));
  const rest = { ...found, own };
  return { ...rest, ownNats: natsOf(rest) };
}
