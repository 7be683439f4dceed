import type { OutboundMessage } from "../../../app/ports.ts";

/** New lines about changes of mind in one thread; what comes after them is written into the last one. */
const MAX_CHANGES = 3;
/** Who changes their mind twice within this time says it in one line. */
const SAME_LINE_MS = 2 * 60_000;

/**
 * Which reply a change of mind is; null when a newer one stands. The same words as in the latest one are that reply,
 * because the sequence also grows with votes and notes. Every new line calls people to the thread, so their number is
 * bounded: somebody who goes back and forth edits the last line, which calls nobody.
 */
export function changeOrdinal(
  rows: readonly OutboundMessage[],
  change: { readonly sequence: number; readonly hash: string; readonly nowMs: number },
): number | null {
  const lines = rows.filter(({ key }) => key.kind === "change").toSorted((a, b) => b.key.ordinal - a.key.ordinal);
  const [latest] = lines;
  if (latest === undefined) return change.sequence;
  if (latest.bodyHash === change.hash || latest.bodyHash === null) return latest.key.ordinal;
  if (latest.key.ordinal > change.sequence) return null;
  const isFresh = change.nowMs - postedMs(latest) < SAME_LINE_MS;
  return isFresh || lines.length >= MAX_CHANGES ? latest.key.ordinal : change.sequence;
}

/** Slack's message ids are times. */
function postedMs({ remote }: OutboundMessage): number {
  return Number(remote?.id ?? 0) * 1000;
}
