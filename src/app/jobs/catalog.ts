import { z } from "zod";

export interface JobSpec {
  readonly payload: z.ZodType;
  /** What it writes: two jobs with the same name here never run at once, in any process. Null: nothing that others write. */
  readonly writes: (payload: never) => string | null;
  /** True for work that looks at what is true when it runs: equal requests that wait are done by one run. */
  readonly collapses: boolean;
  /** True for work that people wait for and that is quickly done: in a backlog it overtakes the rest. */
  readonly overtakes: boolean;
  /** True for work that holds much in memory: only some of it runs at once, and never where the other jobs run. */
  readonly isHeavy: boolean;
  /** Tries before the outbox row is quarantined. */
  readonly attempts: number;
  readonly timeoutMs: number;
}

/** Every job this system runs. A name that is not here cannot be enqueued, and a payload that does not parse cannot run. */
export const jobCatalog = {
  "delivery.process": {
    payload: z.object({ inboxId: z.string().min(1) }),
    writes: () => null,
    collapses: false,
    overtakes: false,
    isHeavy: false,
    attempts: 5,
    timeoutMs: 30_000,
  },
  "incident.investigate": {
    payload: z.object({
      incidentId: z.string().min(1),
      revision: z.number().int().nonnegative(),
      /** An answer whose look began before this does not count as this one's. */
      sinceMs: z.number().optional(),
      /** Think again over what was read last; the sources are not asked. Without stored records they are. */
      stored: z.boolean().optional(),
      /** Looks at the newest state, whatever it is by then: one such look serves all that asked for it meanwhile. */
      newest: z.boolean().optional(),
    }),
    writes: ({ incidentId }: { readonly incidentId: string }) => `answer:${incidentId}`,
    collapses: true,
    overtakes: false,
    isHeavy: true,
    attempts: 5,
    timeoutMs: 60_000,
  },
  "surface.publish": {
    payload: z.object({ incidentId: z.string().min(1), surface: z.string().min(1) }),
    // Not the answer's name: the card must not wait for the investigation, nor one vendor for another.
    writes: ({ incidentId, surface }: { readonly incidentId: string; readonly surface: string }) =>
      `incident:${incidentId}:${surface}`,
    collapses: true,
    overtakes: true,
    isHeavy: false,
    attempts: 50,
    timeoutMs: 30_000,
  },
  "feedback.learn": {
    payload: z.object({ incidentId: z.string().min(1) }),
    // Weights are made from all votes, of whichever incident.
    writes: () => "weights",
    collapses: true,
    overtakes: true,
    isHeavy: false,
    attempts: 5,
    timeoutMs: 10_000,
  },
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
  /** Id of the outbox row. It is marked as done after the handler's effects, so each handler must bear running twice. */
  readonly outboxId: string;
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/**
 * What became of one run: done, or again not before a time (rate limits, settling messages). Errors are thrown.
 * `untold`: it could not say what it had to say, and somebody else should.
 */
export type JobOutcome =
  | { readonly status: "done"; readonly untold?: boolean }
  | { readonly status: "again"; readonly notBeforeMs: number; readonly because: string; readonly untold?: boolean };

export type JobHandlers = {
  readonly [Name in JobName]: (payload: JobPayload<Name>, context: JobContext) => Promise<JobOutcome>;
};
