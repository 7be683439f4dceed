import type { RecordBatch, RecordCatalog } from "../core/columns/record-batch.ts";
import type { Event } from "../core/event.ts";
import type { EpochMs } from "../core/ids.ts";
import type { HttpRequest, HttpResponse } from "../platform/http-route.ts";

/** Key of the evidence source that reads what was pushed. */
export const PUSHED = "pushed-events";

/** One address that applications send to. */
export interface IngestRoute {
  /** "/v1/logs". */
  readonly path: string;
  /** How its bodies are read, by media type in lower case; a body without a type is read by the first. */
  readonly protocols: Readonly<Record<string, IngestProtocol>>;
  /** What one body may take; null for the usual limits. */
  readonly limits: BodyLimits | null;
}

export interface BodyLimits {
  /** As sent, packed or not. */
  readonly maxSentBytes: number;
  /** Unpacked, everything that one request holds together. */
  readonly maxUnpackedBytes: number;
}

/** One way to write records, and its own words for what became of them. */
export interface IngestProtocol {
  /** Bytes in, records out; stores nothing. The bytes belong to the reading from then on. */
  read(body: IngestBody): IngestReading | Promise<IngestReading>;
  /** The answer when everything that was read is on disk. */
  accepted(batch: ReadBatch, request: IngestRequest): HttpResponse;
  /** The answer when nothing was stored. The sentence is ours and says what to do. */
  refused(problem: IngestProblem, request: IngestRequest): HttpResponse;
}

/** What a reader may see of a request beside its body. */
export type IngestRequest = Pick<HttpRequest, "headers" | "query"> & { readonly receivedAtMs: EpochMs };

export interface IngestBody {
  readonly bytes: Uint8Array;
  readonly request: IngestRequest;
  readonly catalog: RecordCatalog;
  /** Asks for room for this many bytes beside the body, in all; false when there is none now. */
  readonly more: (bytes: number) => boolean;
}

export interface IngestProblem {
  readonly status: 400 | 401 | 413 | 415 | 429 | 503;
  readonly message: string;
}

export type IngestReading =
  | ReadBatch
  | { readonly status: "invalid"; readonly because: string }
  | { readonly status: "too-large"; readonly because: string }
  /** No room for what it unpacks to. */
  | { readonly status: "busy" };

export interface ReadBatch {
  readonly status: "read";
  /** Rare records (deploys, changes, alerts, what people said): redacted and kept in the database. */
  readonly events: readonly Event<string>[];
  /** What comes in numbers, still bytes; null when there is none. */
  readonly records: RecordBatch | null;
  /** Records that were taken, as the sender counts them. */
  readonly accepted: number;
  /** Records that were not taken, and why in one sentence. */
  readonly refused: number;
  readonly because: string | null;
}

/** More records than this in one request are refused, and the sender is told. */
export const MAX_RECORDS = 20_000;
/** One line, message or log record; longer ones are refused one by one. */
export const MAX_RECORD_BYTES = 64 * 1024;

export const USUAL_LIMITS: BodyLimits = { maxSentBytes: 4 * 1024 * 1024, maxUnpackedBytes: 4 * 1024 * 1024 };

/** An answer in JSON. */
export function jsonAnswer(status: number, body: object): HttpResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** Bytes as text; what is no UTF-8 becomes replacement characters. */
export function utf8(bytes: Uint8Array, from = 0, to = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8", from, to);
}
