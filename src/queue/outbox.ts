import type pg from "pg";
import { z } from "zod";
import { jobCatalog } from "../app/jobs/catalog.ts";
import type { Clock } from "../app/ports.ts";
import { isCollapsing } from "./specs.ts";

/** What a worker needs to know of a row before it starts. */
export interface OutboxRow {
  readonly id: string;
  readonly job: string;
  readonly payload: unknown;
  /** Runs so far, this one included once it was begun. */
  readonly attempts: number;
}

/** The outbox as relay, sweeper and workers use it. Every write is conditional on the row being unfinished. */
export interface Outbox {
  /** Takes due rows, what overtakes first, then in order of their due time, so that nobody else tells of them for a while. */
  claim(request: Claim): Promise<readonly DueRow[]>;
  /** Gives back what was taken and could not be told to anybody. */
  giveBack(ids: readonly string[]): Promise<void>;
  /** Null when there is nothing to do: done, quarantined or gone. */
  load(id: string): Promise<OutboxRow | null>;
  /**
   * Counts one attempt, before the work: a crash counts too. Equal requests of a job that collapses are done with this one,
   * which reads everything they were asked for. Null when the row is finished or not due any more.
   */
  begin(id: string): Promise<OutboxRow | null>;
  done(id: string): Promise<void>;
  /** Due again after `delayMs`; `attempt` says whether the run that was begun still counts. */
  postpone(id: string, change: Postponement): Promise<void>;
  quarantine(id: string, error: string): Promise<void>;
}

/** A row before it is begun. */
export type DueRow = Pick<OutboxRow, "id" | "job" | "payload">;

export interface Claim {
  /** Only rows that have been due for this long. */
  readonly dueForMs: number;
  /** Rows that workers were told of count again after this long. */
  readonly toldBeforeMs: number;
  readonly limit: number;
}

export interface Postponement {
  readonly notBeforeMs: number;
  readonly attempt: "counts" | "does-not-count" | "was-not-begun";
  readonly error: string | null;
}

const DueRows = z.array(z.object({ id: z.string(), job: z.string(), payload: z.unknown() }));
const Rows = z.array(z.object({ id: z.string(), job: z.string(), payload: z.unknown(), attempts: z.number().int() }));
/** Clocks of two hosts differ a little; a row must not wait for a sweep because of that. */
const CLOCK_TOLERANCE_MS = 250;
const MAX_ERROR = 500;
const UNFINISHED = "done_at IS NULL AND quarantined_at IS NULL";
/**
 * The same for one row by its id, in words that no partial index serves: a planner that has seen the table while it was
 * nearly empty takes such an index for the shorter way, and then reads everything that is undone for each row.
 */
const IS_UNFINISHED = "COALESCE(done_at, quarantined_at) IS NULL";

/** Names as SQL text: a partial index serves only what says the same as its own condition. */
const OVERTAKING = Object.entries(jobCatalog)
  .flatMap(([name, { overtakes }]) => (overtakes ? [`'${name}'`] : []))
  .join(", ");

/** $1 now, $2 due until, $3 told before, $4 how many. What overtakes first, then by due time. */
const CLAIM = `WITH urgent AS (
    SELECT id FROM outbox
    WHERE ${UNFINISHED} AND job IN (${OVERTAKING}) AND not_before <= $2 AND (dispatched_at IS NULL OR dispatched_at <= $3)
    ORDER BY not_before, id LIMIT $4::bigint FOR UPDATE SKIP LOCKED
  ), usual AS (
    SELECT id FROM outbox
    WHERE ${UNFINISHED} AND job NOT IN (${OVERTAKING}) AND not_before <= $2
      AND (dispatched_at IS NULL OR dispatched_at <= $3)
    ORDER BY not_before, id LIMIT (SELECT $4::bigint - count(*) FROM urgent) FOR UPDATE SKIP LOCKED
  ), due AS (SELECT id, 0 AS rank FROM urgent UNION ALL SELECT id, 1 FROM usual), told AS (
    UPDATE outbox SET dispatched_at = $1 FROM due WHERE outbox.id = due.id RETURNING outbox.id, job, payload, due.rank, not_before
  )
  SELECT id::text AS id, job, payload FROM told ORDER BY rank, not_before, id`;

/** $1 the row, $2 now, $3 due until. */
const BEGIN = `UPDATE outbox SET attempts = attempts + 1, dispatched_at = $2
  WHERE id = $1 AND ${IS_UNFINISHED} AND not_before <= $3 RETURNING id::text AS id, job, payload, attempts`;

/**
 * $1 the row, $2 now, $3 its job, $4 its payload. A statement of its own with both as values: joined with what was begun,
 * a planner that knows little of the table reads everything that is undone.
 */
const COLLAPSE = `UPDATE outbox SET done_at = $2
  WHERE job = $3 AND payload = $4::jsonb AND id <> $1 AND ${UNFINISHED}`;

/** The outbox table behind a pool. */
export function createOutbox(pool: pg.Pool, clock: Clock): Outbox {
  const now = () => new Date(clock.nowMs());
  return {
    async claim({ dueForMs, toldBeforeMs, limit }) {
      const { rows } = await pool.query(CLAIM, [
        now(),
        new Date(clock.nowMs() - dueForMs),
        new Date(clock.nowMs() - toldBeforeMs),
        limit,
      ]);
      return DueRows.parse(rows);
    },
    async giveBack(ids) {
      await pool.query(`UPDATE outbox SET dispatched_at = NULL WHERE id = ANY($1::bigint[]) AND ${IS_UNFINISHED}`, [
        ids,
      ]);
    },
    async load(id) {
      const { rows } = await pool.query(
        `SELECT id::text AS id, job, payload, attempts FROM outbox WHERE id = $1 AND ${IS_UNFINISHED}`,
        [id],
      );
      return Rows.parse(rows)[0] ?? null;
    },
    async begin(id) {
      const { rows } = await pool.query(
        named("begin", BEGIN, [id, now(), new Date(clock.nowMs() + CLOCK_TOLERANCE_MS)]),
      );
      const [begun = null] = Rows.parse(rows);
      // A crash in between leaves the equal ones to a run of their own.
      if (begun !== null && isCollapsing(begun)) {
        await pool.query(COLLAPSE, [id, now(), begun.job, JSON.stringify(begun.payload)]);
      }
      return begun;
    },
    async done(id) {
      await pool.query(
        named("done", `UPDATE outbox SET done_at = $2, last_error = NULL WHERE id = $1 AND ${IS_UNFINISHED}`, [
          id,
          now(),
        ]),
      );
    },
    async postpone(id, { notBeforeMs, attempt, error }) {
      const uncount = attempt === "does-not-count" ? 1 : 0;
      await pool.query(
        // Whoever did not begin it knows nothing of why it may have to wait longer.
        `UPDATE outbox SET not_before = CASE WHEN $5 THEN GREATEST(not_before, $2) ELSE $2 END, dispatched_at = NULL,
           attempts = attempts - $3, last_error = COALESCE($4, last_error)
         WHERE id = $1 AND ${IS_UNFINISHED}`,
        [id, new Date(notBeforeMs), uncount, storable(error), attempt === "was-not-begun"],
      );
    },
    async quarantine(id, error) {
      await pool.query(`UPDATE outbox SET quarantined_at = $2, last_error = $3 WHERE id = $1 AND ${IS_UNFINISHED}`, [
        id,
        now(),
        storable(error),
      ]);
    },
  };
}

/** The server plans a statement with a name once per connection: only for those that find their row by its id. */
function named(name: string, text: string, values: unknown[]): pg.QueryConfig {
  return { name: `outbox ${name}`, text, values };
}

function storable(error: string | null): string | null {
  return error === null ? null : error.toWellFormed().replaceAll("\u0000", "\uFFFD").slice(0, MAX_ERROR);
}
