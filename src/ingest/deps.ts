import type { Clock, EventSegments, Logger, PushedEvents } from "../app/ports.ts";
import type { Redactor } from "../app/redactor.ts";
import type { RecordCatalog } from "../core/columns/record-batch.ts";
import type { TenantId } from "../core/ids.ts";
import type { SendingPolicy } from "./may-send.ts";

export interface IngestDeps {
  /** Where rare records go: deploys, changes, alerts. */
  readonly pushed: PushedEvents;
  /** Where logs, spans and metric points go. */
  readonly segments: EventSegments;
  readonly catalogOf: (tenant: TenantId) => RecordCatalog;
  readonly redactor: Redactor;
  readonly senders: SendingPolicy;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: IngestLimits;
}

export interface IngestLimits {
  /** Over all requests of this process, from the first byte to the answer. */
  readonly maxBytesInFlight: number;
  /** To store one request; later it is answered 503, and the sender sends it again. */
  readonly storeWithinMs: number;
}

export const DEFAULT_INGEST_LIMITS: IngestLimits = { maxBytesInFlight: 64 * 1024 * 1024, storeWithinMs: 25_000 };
