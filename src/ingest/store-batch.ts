import { UnavailableError } from "../app/errors.ts";
import type { TenantId } from "../core/ids.ts";
import type { ReadBatch } from "./define.ts";
import { DEFAULT_INGEST_LIMITS, type IngestDeps } from "./deps.ts";

export interface Storing {
  /** "stored" only when everything is durable; after "not-stored" the sender sends all of it again. */
  readonly outcome: "stored" | "not-stored";
  /** Resolves when nobody looks at the records any more: storing may go on after it took too long. Never rejects. */
  readonly settled: Promise<unknown>;
}

/** Puts what was read where it stays: rows into segments, rare events, redacted, into the database. */
export async function storeBatch(deps: IngestDeps, tenant: TenantId, batch: ReadBatch): Promise<Storing> {
  const work = store(deps, tenant, batch);
  const settled = work.catch(() => undefined);
  try {
    await within((deps.limits ?? DEFAULT_INGEST_LIMITS).storeWithinMs, work);
    return { outcome: "stored", settled };
  } catch (error) {
    const rows = batch.records?.rows ?? 0;
    deps.logger.warn({ tenant, rows, events: batch.events.length, err: error }, "pushed records could not be stored");
    return { outcome: "not-stored", settled };
  }
}

async function store(deps: IngestDeps, tenant: TenantId, { records, events }: ReadBatch): Promise<void> {
  const redacted = events.map((event) => deps.redactor.event(event));
  // The database first: its rows have names of their own, and coming twice they are one.
  if (redacted.length > 0) await deps.pushed.append(tenant, redacted);
  if (records !== null) await deps.segments.append(tenant, records);
}

/** The work itself goes on; what it stores after all is stored twice at worst. */
async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new UnavailableError("storage", { retryable: true, detail: `not stored within ${timeoutMs} ms` })),
    timeoutMs,
  );
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
