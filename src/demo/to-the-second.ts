import { epochMs } from "../core/ids.ts";
import { isoTime } from "../core/time.ts";

/** "2026-11-21T01:45:00Z": an instant as many systems print it, without fractions. */
export function toTheSecond(ms: number): string {
  return isoTime(epochMs(ms)).replace(/\.\d+Z$/u, "Z");
}
