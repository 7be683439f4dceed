import { z } from "zod";
import type { Access, PlacePort } from "../app/access/access.ts";
import type { HealthFinding } from "../app/health.ts";
import type { JobOutcome } from "../app/jobs/catalog.ts";
import type { Preferences } from "../app/people-ports.ts";
import type { Clock, Logger, Marks, OutboundMessages } from "../app/ports.ts";
import type { Redactor } from "../app/redactor.ts";
import type { IncidentAnswer, Verbs } from "../app/verbs.ts";
import type { IncidentId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import type { Safe } from "../core/safe.ts";
import type { PagerDutyClient } from "../platform/clients/pagerduty.ts";
import type { HttpRoute } from "../platform/http-route.ts";

/** What `main` hands to every surface; each takes what it needs. */
export interface SurfaceDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
  /** Already behind the policy: a surface that forgets to ask shows and changes nothing that it should not. */
  readonly verbs: Verbs;
  /** Asked before everything that is not a verb. */
  readonly access: Access;
  /** User groups of Slack that have a role or own a service; a principal says in which of them the person is. */
  readonly groups: readonly string[];
  /** A key of this install for one purpose: the same name gives the same key in every process. */
  readonly keyFor: (purpose: string) => string;
  readonly messages: OutboundMessages;
  /** Asks for a drawing of this incident on this surface: what stands there is not what the surface drew last. */
  readonly redraw: (surface: string, incident: IncidentId) => Promise<void>;
  /** Small durable facts of a surface's own, such as how long its receiver asked to be left alone. */
  readonly marks: Marks;
  /** What people chose: routes, mutes, personal settings. */
  readonly preferences: Preferences;
  /** One line per part of this install, each after a cheap real call; at most once a minute, bounded in time. */
  readonly health: () => Promise<readonly HealthFinding[]>;
  /** What other surfaces could not tell their people about this incident, one sentence each. */
  readonly untold?: (incident: Incident) => Promise<readonly Safe[]>;
  readonly pagerDuty: PagerDutyClient | null;
  /** Where people reach this install, without a trailing slash. */
  readonly publicUrl: string;
  /** A fresh random id, for nonces. */
  readonly newNonce: () => string;
}

/** A surface that runs. A surface that is only asked (web, MCP) has no `publish`. */
export interface RunningSurface {
  /** Draws the answer where its people are: one message, edited in place. Runs under the incident's lock; may run again at any time. */
  readonly publish?: (answer: IncidentAnswer, signal: AbortSignal) => Promise<JobOutcome>;
  /** Null when people can be told something there now, else why not. One cheap call, asked every minute. */
  readonly reach?: (signal: AbortSignal) => Promise<string | null>;
  readonly routes?: readonly HttpRoute[];
  /** Where it shows incidents, and to whom. */
  readonly places?: PlacePort;
  readonly start?: () => Promise<void>;
  readonly stop?: () => Promise<void>;
}

export interface SurfaceDefinition<Shape extends z.ZodRawShape> {
  readonly env: Shape;
  readonly title: string;
  readonly create: (env: z.infer<z.ZodObject<Shape>>, deps: SurfaceDeps) => RunningSurface | null;
  readonly howToConfigure: string;
  /** One cheap real call, for `doctor`: null = works, else the exact fix. */
  readonly check?: (env: z.infer<z.ZodObject<Shape>>, deps: SurfaceDeps, signal: AbortSignal) => Promise<string | null>;
}

export interface RegisteredSurface {
  readonly env: z.ZodRawShape;
  readonly title: string;
  readonly howToConfigure: string;
  readonly create: (env: unknown, deps: SurfaceDeps) => RunningSurface | null;
  readonly check: (env: unknown, deps: SurfaceDeps, signal: AbortSignal) => Promise<string | null>;
}

/** Keeps the type of the settings inside the folder, then forgets it so that all surfaces fit one registry. */
export function defineSurface<Shape extends z.ZodRawShape>(definition: SurfaceDefinition<Shape>): RegisteredSurface {
  const { env, title, howToConfigure, create, check } = definition;
  const settings = z.object(env);
  return {
    env,
    title,
    howToConfigure,
    create: (values, deps) => create(settings.parse(values), deps),
    check: async (values, deps, signal) => (check ? check(settings.parse(values), deps, signal) : null),
  };
}
