import type { Event } from "../core/event.ts";
import type { EpochMs } from "../core/ids.ts";

/** Key of the evidence source that reads what was pushed. */
export const PUSHED = "pushed-events";

/** One address that applications send to, and how its bodies are read. Pure: bytes in, events out. */
export interface IngestRoute {
  /** "/v1/logs". */
  readonly path: string;
  /** Media types it reads, lower case; a body without a type counts as the first. */
  readonly mediaTypes: readonly string[];
  readonly read: (body: string, receivedAtMs: EpochMs) => IngestReading;
  /** The body of a 200 in the words of this protocol. */
  readonly answer: (reading: ReadBatch) => object;
}

export type IngestReading = ReadBatch | { readonly status: "invalid"; readonly because: string };

export interface ReadBatch {
  readonly status: "read";
  readonly events: readonly Event<string>[];
  /** Records that were not taken, and why in one sentence. */
  readonly refused: number;
  readonly because: string | null;
}

/** More records than this in one request are refused, and the sender is told. */
export const MAX_RECORDS = 20_000;

/** JSON from text, or null when it is none. */
export function parseJson(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}
