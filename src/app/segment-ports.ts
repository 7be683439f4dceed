import type { Event } from "../core/event.ts";
import type { EpochMs, EventId, TenantId } from "../core/ids.ts";
import type { Safe } from "../core/safe.ts";

/** One stored record, still bytes, on its way to becoming events. */
export interface StoredRecord {
  /** `RECORD_FORMAT`. */
  readonly format: number;
  readonly bytes: Uint8Array;
  /** What it shares with other records (an OTLP Resource); empty when there is nothing. */
  readonly context: Uint8Array;
  /** What was read of it when it arrived; null for none. */
  readonly service: string | null;
  readonly host: string | null;
  /** UTC, milliseconds; of a record without a time of its own it is when it was received. */
  readonly timeMs: number;
  readonly receivedAtMs: EpochMs;
  /** Where it stands for as long as it is kept: "segments/api-1/000007#12.450". */
  readonly ref: string;
  /** `eventId("pushed-events", ref)`. Of a record that is several events, the others add "/2" and so on to the ref. */
  readonly id: EventId;
}

/** Makes events of a stored record. May throw at a record that cannot be read: that one is reported as unreadable. */
export type DecodeRecord = (record: StoredRecord) => readonly Event<string>[];

/** A kind of log message of one service, as counted. */
export interface CountedTemplate {
  readonly service: Safe;
  /** The same in every process. */
  readonly key: string;
  /** Null where only its counts are new. */
  readonly text: Safe | null;
  /** Highest index into `SEVERITIES` among the counted lines. */
  readonly severity: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Lines of one template within ten seconds. `bucketMs` is when the ten seconds begin, UTC. */
export interface TemplateCount {
  readonly bucketMs: number;
  readonly service: Safe;
  readonly key: string;
  readonly count: number;
}

export interface CountsStep {
  readonly tenant: TenantId;
  readonly writer: string;
  /** The position these counts begin at; null for the beginning. */
  readonly from: string | null;
  readonly to: string;
  readonly templates: readonly CountedTemplate[];
  readonly counts: readonly TemplateCount[];
}

/** Where counts of stored lines go. */
export interface CountsSink {
  position(tenant: TenantId, writer: string): Promise<string | null>;
  /** One transaction with the move of the position; "moved" when somebody else moved it, and then nothing is added. */
  add(step: CountsStep): Promise<"added" | "moved">;
  /** Forgets the position of a writer whose segments are gone, unless it has moved since. */
  forget(tenant: TenantId, writer: string, position: string): Promise<void>;
}
