import type { z } from "zod";
import { type JobName, type JobPayload, jobCatalog } from "../app/jobs/catalog.ts";
import type { DueRow } from "./outbox.ts";
import type { Wake } from "./wake-queue.ts";

/** The catalogue, with each name's payload type kept. */
export const SPECS: {
  readonly [Name in JobName]: {
    readonly payload: z.ZodType<JobPayload<Name>>;
    readonly writes: (payload: JobPayload<Name>) => string | null;
    readonly attempts: number;
    readonly timeoutMs: number;
  };
} = jobCatalog;

export function isJobName(text: string): text is JobName {
  return Object.hasOwn(jobCatalog, text);
}

/** True when equal requests of this job are done by one run. */
export function isCollapsing({ job }: Pick<DueRow, "job">): boolean {
  return isJobName(job) && jobCatalog[job].collapses;
}

/** True when only some of this job run at once beside the others. */
export function isHeavy({ job }: Pick<Wake, "job">): boolean {
  return job !== undefined && isJobName(job) && jobCatalog[job].isHeavy;
}

/** What a worker is told of a row. */
export function wakeOf(row: DueRow): Wake {
  return { outboxId: row.id, writes: writtenBy(row), job: row.job };
}

/** Name of what a row's job writes. Null when that is nothing, and for what cannot run: the run will say so. */
export function writtenBy({ job, payload }: Pick<DueRow, "job" | "payload">): string | null {
  return isJobName(job) ? written(SPECS, job, payload) : null;
}

function written<Name extends JobName>(specs: Pick<typeof SPECS, Name>, name: Name, payload: unknown): string | null {
  const parsed = specs[name].payload.safeParse(payload);
  return parsed.success ? specs[name].writes(parsed.data) : null;
}
