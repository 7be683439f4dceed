import { z } from "zod";

export interface JobSpec {
  readonly payload: z.ZodType;
  /** Tries before the outbox row is quarantined. */
  readonly attempts: number;
  readonly timeoutMs: number;
}

/** Every job this system runs. A name that is not here cannot be enqueued, and a payload that does not parse cannot run. */
export const jobCatalog = {
  "delivery.process": { payload: z.object({ inboxId: z.string().min(1) }), attempts: 5, timeoutMs: 30_000 },
  "incident.investigate": {
    payload: z.object({ incidentId: z.string().min(1), revision: z.number().int().nonnegative() }),
    attempts: 5,
    timeoutMs: 60_000,
  },
  "surface.publish": {
    payload: z.object({ incidentId: z.string().min(1), surface: z.string().min(1) }),
    attempts: 50,
    timeoutMs: 30_000,
  },
  "feedback.learn": { payload: z.object({ incidentId: z.string().min(1) }), attempts: 5, timeoutMs: 10_000 },
} satisfies Record<string, JobSpec>;

export type JobName = keyof typeof jobCatalog;
export type JobPayload<Name extends JobName> = z.infer<(typeof jobCatalog)[Name]["payload"]>;

/** A job that a change asks for; stored with the change in one transaction. */
export type JobRequest = {
  readonly [Name in JobName]: {
    readonly name: Name;
    readonly payload: JobPayload<Name>;
    readonly notBeforeMs?: number;
  };
}[JobName];

export interface JobContext {
  /** Id of the outbox row; pass it as `completes` to the store write that is this job's effect. */
  readonly outboxId: string;
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** What became of one run: done, or again not before a time (rate limits, settling messages). Errors are thrown. */
export type JobOutcome =
  | { readonly status: "done" }
  | { readonly status: "again"; readonly notBeforeMs: number; readonly because: string };

export type JobHandlers = {
  readonly [Name in JobName]: (payload: JobPayload<Name>, context: JobContext) => Promise<JobOutcome>;
};
