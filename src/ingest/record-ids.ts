import { type EventId, eventId, stableHash } from "../core/ids.ts";
import { PUSHED } from "./define.ts";

export interface RecordName {
  readonly id: EventId;
  readonly ref: string;
}

/**
 * Names pushed records by what they say, so that a batch that is sent again gets the same names;
 * equal records of one batch are counted up, so that none is lost.
 */
export function createRecordNames(format: string): (content: string) => RecordName {
  const seen = new Map<string, number>();
  return (content) => {
    const hash = stableHash(content);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    const ref = `${format}/${hash}${count > 1 ? `/${count}` : ""}`;
    return { id: eventId(PUSHED, ref), ref };
  };
}
