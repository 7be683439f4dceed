import type { EpochMs } from "../../../core/ids.ts";

/** True while the clock on this person's wall is between the two times; the span may go over midnight. */
export function inQuietHours(
  atMs: EpochMs,
  quiet: { readonly from: string; readonly to: string } | null,
  zone: string,
): boolean {
  if (quiet === null || quiet.from === quiet.to) return false;
  const now = wallClock(atMs, zone);
  const { from, to } = quiet;
  return from < to ? now >= from && now < to : now >= from || now < to;
}

/** True when this machine knows the zone. */
export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** "23:05" in that zone, in UTC when the zone is unknown. */
function wallClock(atMs: EpochMs, zone: string): string {
  const timeZone = isZone(zone) ? zone : "UTC";
  return new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(
    atMs,
  );
}
