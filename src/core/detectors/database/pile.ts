import type { CauseKind } from "../../analysis.ts";
import type { TimeWindow } from "../../evidence.ts";
import { own, ownWords, type Safe, safe } from "../../safe.ts";
import { clockTime } from "../../time.ts";
import { type Surge, surgeOf } from "./course.ts";
import type { LoadShare, Server } from "./servers.ts";

/** Sessions that pile up at a server, with what most of them wait for. */
export interface Pile {
  readonly kind: CauseKind;
  readonly detail: string;
  readonly surge: Surge;
  readonly wait: LoadShare;
  readonly words: Safe;
}

/** A small server has two processors: twice as many sessions at work have to wait for something. */
const LEAST_SESSIONS = 4;

const KINDS: ReadonlyMap<string, readonly [CauseKind, string]> = new Map([
  ["lock", ["resource-exhaustion", "lock-contention"]],
  ["lwlock", ["resource-exhaustion", "lock-contention"]],
  ["cpu", ["resource-exhaustion", "cpu-saturation"]],
  ["io", ["disk", "io-saturation"]],
]);

/** Many times more sessions at work than before, at the end still, half of them or more waiting for one kind of thing; else null. */
export function pileOf({ name, series, shares }: Server, window: TimeWindow): Pile | null {
  const load = series.find(({ measure }) => measure === "load");
  const surge = load === undefined ? null : surgeOf(load, window);
  const wait = shares.filter(({ what }) => what === "wait").toSorted((a, b) => b.sessions - a.sessions)[0];
  const now = surge?.shown.at(-1)?.value ?? 0;
  if (surge === null || wait === undefined || now < LEAST_SESSIONS || wait.sessions * 2 < now) return null;
  const known = KINDS.get(wait.type.toLowerCase());
  if (known === undefined) return null;
  const [kind, detail] = known;
  const sessions = ownWords(own(now.toFixed(1)));
  const words = safe`${sessions} sessions are at work in ${name} since ${clockTime(surge.firstAtMs)}, ${Math.round(surge.times)} times as many as before, most of them waiting for ${wait.text}`;
  return { kind, detail, surge, wait, words };
}
