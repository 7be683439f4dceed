import { UnavailableError } from "../app/errors.ts";
import type { JobHandlers, JobName, JobOutcome } from "../app/jobs/catalog.ts";
import type { Clock, Logger } from "../app/ports.ts";
import { failpoint } from "../platform/failpoint.ts";
import type { Lock, Locks } from "./locks.ts";
import type { Outbox, OutboxRow } from "./outbox.ts";
import { isJobName, SPECS, writtenBy } from "./specs.ts";
import type { Wake } from "./wake-queue.ts";

/** Another job writes the same thing: look again soon, without counting an attempt. */
const BUSY_DELAY_MS = 250;
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 60_000;
/** For rows whose job this version does not know: a newer version may still run beside us. */
const UNKNOWN_JOB_ATTEMPTS = 5;
/**
 * A run that failed was told so and compared; only one that took its process with it was not. This many of those more than
 * the job's attempts, because innocent rows that run beside it die with it each time, and are done in between.
 */
const CRASHES = 5;

export interface RunRowDeps {
  readonly outbox: Outbox;
  readonly locks: Locks;
  readonly handlers: JobHandlers;
  readonly logger: Logger;
  readonly clock: Clock;
  /** What may be kept of an error: redacted by the caller who can, otherwise only its name. */
  readonly describeError: (error: unknown) => string;
  /** Aborted when the process must end. */
  readonly stopping: AbortSignal;
}

/** Runs one outbox row if it is still due and nobody else has it or writes the same. Never throws. */
export async function runRow(deps: RunRowDeps, { outboxId, writes: told }: Wake): Promise<void> {
  try {
    const writes = told === undefined ? await read(deps, outboxId) : told;
    failpoint("job.after-wake");
    if (writes !== undefined) await runLocked(deps, { id: outboxId, writes });
  } catch (error) {
    // The database did not answer. The row is as it was, and the sweeper brings it back.
    deps.logger.warn({ outboxId, error: deps.describeError(error) }, "an outbox row could not be run");
  }
}

/** What the row's job writes; undefined when there is nothing to do. */
async function read({ outbox }: RunRowDeps, outboxId: string): Promise<string | null | undefined> {
  const row = await outbox.load(outboxId);
  return row === null ? undefined : writtenBy(row);
}

interface Locked {
  readonly id: string;
  readonly writes: string | null;
}

async function runLocked(deps: RunRowDeps, { id, writes }: Locked): Promise<void> {
  const lock = await takeLocks(deps, { id, writes });
  if (lock === null) return;
  failpoint("job.after-locks");
  const begun = await beginOrRelease(deps, { id, writes }, lock);
  failpoint("job.after-begin");
  if (begun !== null) await run(deps, begun, lock);
}

/** The row's own lock and the one of what its job writes. Null when one of them is taken. */
async function takeLocks(deps: RunRowDeps, { id, writes }: Locked): Promise<Lock | null> {
  const own = `outbox:${id}`;
  if (writes === null) return deps.locks.tryTake(own);
  const taken = await deps.locks.tryTakeBoth(own, writes);
  // This very row runs somewhere: the wake-up came twice.
  if (taken === "first-is-held") return null;
  if (taken !== "second-is-held") return taken;
  const notBeforeMs = deps.clock.nowMs() + BUSY_DELAY_MS;
  await deps.outbox.postpone(id, { notBeforeMs, attempt: "was-not-begun", error: null });
  return null;
}

async function beginOrRelease({ outbox, clock }: RunRowDeps, { id, writes }: Locked, lock: Lock) {
  try {
    const begun = await outbox.begin(id);
    if (begun !== null && writtenBy(begun) === writes) return begun;
    // Another version that told of it names what it writes differently: the next sweep tells it anew.
    const again = { notBeforeMs: clock.nowMs(), attempt: "does-not-count", error: null } as const;
    if (begun !== null) await outbox.postpone(id, again);
  } catch (error) {
    await lock.release();
    throw error;
  }
  await lock.release();
  return null;
}

async function run(deps: RunRowDeps, row: OutboxRow, lock: Lock): Promise<void> {
  const { job, id: outboxId, attempts: attempt } = row;
  const spec = isJobName(job) ? SPECS[job] : { attempts: UNKNOWN_JOB_ATTEMPTS, timeoutMs: 1 };
  if (attempt > spec.attempts + CRASHES) return quarantineUnrun(deps, row, lock);
  const signal = AbortSignal.any([AbortSignal.timeout(spec.timeoutMs), deps.stopping, lock.lost]);
  const work = start(deps.handlers, row, signal);
  // A handler that ignores its signal keeps the locks: two writers would be worse than a late one.
  const released = work.then(
    () => lock.release(),
    () => lock.release(),
  );
  const result = await orAborted(work, signal).then(
    (outcome) => ({ outcome }),
    (error: unknown) => ({ error }),
  );
  if ("error" in result) return settleFailure(deps, { row, attempts: spec.attempts, error: result.error });
  failpoint("job.before-settle");
  await settle(deps, row, result.outcome);
  failpoint("job.after-settle");
  deps.logger.debug({ job, outboxId, attempt, outcome: result.outcome.status }, "job ran");
  return released;
}

/** Not even begun: the next run could end this process again, and with it whatever runs beside it. */
async function quarantineUnrun({ outbox, logger }: RunRowDeps, row: OutboxRow, lock: Lock): Promise<void> {
  const { id: outboxId, job, attempts } = row;
  const begun = attempts - 1;
  logger.error({ job, outboxId, attempt: begun }, "job quarantined: its process ended too often while it ran");
  try {
    await outbox.quarantine(outboxId, `it was begun ${begun} times, and too often its process ended while it ran`);
  } finally {
    await lock.release();
  }
}

async function start(handlers: JobHandlers, row: OutboxRow, signal: AbortSignal): Promise<JobOutcome> {
  const { job } = row;
  if (!isJobName(job)) throw new TypeError(`this version does not know the job ${JSON.stringify(job)}`);
  return startKnown(handlers, job, { row, signal });
}

function startKnown<Name extends JobName>(
  handlers: Pick<JobHandlers, Name>,
  name: Name,
  { row, signal }: { readonly row: OutboxRow; readonly signal: AbortSignal },
): Promise<JobOutcome> {
  const parsed = SPECS[name].payload.safeParse(row.payload);
  if (!parsed.success) throw new UnrunnableError("its payload does not fit the job");
  return handlers[name](parsed.data, { outboxId: row.id, attempt: row.attempts, signal });
}

async function settle({ outbox }: RunRowDeps, { id }: OutboxRow, outcome: JobOutcome): Promise<void> {
  if (outcome.status === "done") return outbox.done(id);
  const { notBeforeMs, because } = outcome;
  return outbox.postpone(id, { notBeforeMs, attempt: "does-not-count", error: because });
}

async function settleFailure(
  deps: RunRowDeps,
  { row, attempts, error }: { readonly row: OutboxRow; readonly attempts: number; readonly error: unknown },
): Promise<void> {
  const { id: outboxId, job, attempts: attempt } = row;
  const description = deps.describeError(error);
  if (deps.stopping.aborted) {
    const notBeforeMs = deps.clock.nowMs();
    return deps.outbox.postpone(outboxId, { notBeforeMs, attempt: "does-not-count", error: "interrupted by a stop" });
  }
  if (attempt >= attempts || isHopeless(error)) {
    deps.logger.error({ job, outboxId, attempt, error: description }, "job quarantined");
    return deps.outbox.quarantine(outboxId, description);
  }
  deps.logger.warn({ job, outboxId, attempt, error: description }, "job failed, will run again");
  const notBeforeMs = deps.clock.nowMs() + backoffMs(attempt);
  return deps.outbox.postpone(outboxId, { notBeforeMs, attempt: "counts", error: description });
}

/** The row itself cannot run, now or later. */
class UnrunnableError extends Error {}

function isHopeless(error: unknown): boolean {
  return error instanceof UnrunnableError || (error instanceof UnavailableError && !error.retryable);
}

/** 0.5 s, 1 s, 2 s … at most a minute. */
export function backoffMs(attempt: number): number {
  return Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, attempt - 1));
}

async function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
