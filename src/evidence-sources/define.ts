import { z } from "zod";
import type { Clock, EventSegments, Logger, PushedEvents } from "../app/ports.ts";
import type { Evidence, EvidenceQuery } from "../core/evidence.ts";
import type { PagerDutyClient } from "../platform/clients/pagerduty.ts";

/** A place to look. Text comes out raw; deadline and redaction are applied around it by `guardEvidenceSource`. */
export interface EvidenceSource {
  gather(query: EvidenceQuery, signal: AbortSignal): Promise<Evidence<string>>;
}

/** What `main` hands to every source; each takes what it needs. */
export interface EvidenceSourceDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pushedEvents: PushedEvents | null;
  /** Null where there is no data folder to read. */
  readonly segments: EventSegments | null;
  readonly pagerDuty: PagerDutyClient | null;
}

export interface EvidenceSourceDefinition<Shape extends z.ZodRawShape> {
  readonly env: Shape;
  /** How people call it: "CloudWatch Logs". */
  readonly title: string;
  readonly deadlineMs: number;
  /** True when it may tell of changes. */
  readonly tellsChanges?: boolean;
  /** Null when not configured. */
  readonly create: (env: z.infer<z.ZodObject<Shape>>, deps: EvidenceSourceDeps) => EvidenceSource | null;
  /** What to set to switch it on; shown as the gap and by `doctor`. */
  readonly howToConfigure: string;
  /** One cheap real call, for `doctor`: null = works, else the exact fix. */
  readonly check?: (
    env: z.infer<z.ZodObject<Shape>>,
    deps: EvidenceSourceDeps,
    signal: AbortSignal,
  ) => Promise<string | null>;
}

export interface RegisteredEvidenceSource {
  readonly env: z.ZodRawShape;
  readonly title: string;
  readonly deadlineMs: number;
  readonly tellsChanges: boolean;
  readonly howToConfigure: string;
  readonly create: (env: unknown, deps: EvidenceSourceDeps) => EvidenceSource | null;
  readonly check: (env: unknown, deps: EvidenceSourceDeps, signal: AbortSignal) => Promise<string | null>;
}

/** Keeps the type of the settings inside the folder, then forgets it so that all sources fit one registry. */
export function defineEvidenceSource<Shape extends z.ZodRawShape>(
  definition: EvidenceSourceDefinition<Shape>,
): RegisteredEvidenceSource {
  const { env, title, deadlineMs, tellsChanges = false, howToConfigure, create, check } = definition;
  const settings = z.object(env);
  return {
    env,
    title,
    deadlineMs,
    tellsChanges,
    howToConfigure,
    create: (values, deps) => create(settings.parse(values), deps),
    check: async (values, deps, signal) => (check ? check(settings.parse(values), deps, signal) : null),
  };
}
