import { createHmac, randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { refusedHmacHeader, verifyHmac } from "../alert-sources/verify-hmac.ts";
import type { AlertSourcePort } from "../app/alert-source-port.ts";
import type { JobHandlers, JobOutcome } from "../app/jobs/catalog.ts";
import { createJobHandlers, type JobHandlerDeps } from "../app/jobs/handlers.ts";
import type { Metrics } from "../app/metrics-port.ts";
import type { Clock, Logger } from "../app/ports.ts";
import type { PublishPort } from "../app/publish-incident.ts";
import { alertFingerprint, epochMs, SELF_WATCH_TENANT } from "../core/ids.ts";
import { createSafeFetch } from "../platform/safe-fetch.ts";
import { createHostFetch } from "../platform/safe-fetch-hosts.ts";
import type { Store } from "../store/create-store.ts";
import type { Secrets } from "./secrets.ts";

/** Name of the sender, of the sink and of the metric's labels. */
export const SELF_WATCH = "self-watch";
const REACHED = "self-watch-reached";
const SIGNATURE = "x-traceops-signature";
const MAX_BODY_BYTES = 1_024;
const LOOK_EVERY_MS = 250;
const KEPT_MS = 10 * 60_000;
/** A short hiccup of a surface must not cost the whole round. */
const ASK_AGAIN_MS = 5_000;
const ASKED_FOR_MS = 60_000;
const HEARTBEAT_WITHIN_MS = 10_000;
const MAX_ANSWER_BYTES = 65_536;

const Round = z.object({ round: z.uuid(), at: z.int().min(0) });

/** The sender of synthetic alerts: it signs like the others, with a key that only this install has. */
export function selfWatchSource(secret: string): AlertSourcePort {
  return {
    name: SELF_WATCH,
    maxBodyBytes: MAX_BODY_BYTES,
    refusedByHead: (headers) => refusedHmacHeader(headers[SIGNATURE], [secret]),
    verify: ({ raw, headers }) => verifyHmac(raw, headers[SIGNATURE], [secret]),
    dedupKey: () => null,
    parse: (body) => {
      const { round, at } = Round.parse(body);
      return [
        {
          source: SELF_WATCH,
          eventId: round,
          fingerprint: alertFingerprint(round),
          groupKey: round,
          externalId: round,
          status: "firing",
          severity: "info",
          title: "self-watch",
          service: null,
          startedAtMs: epochMs(at),
          occurredAtMs: epochMs(at),
          url: null,
          by: null,
        },
      ];
    },
    parseNotes: () => [],
  };
}

/** What is checked before a round counts as having arrived: a queue that is away would go unnoticed, work goes on without it. */
export interface QueueCheck {
  ping: (() => Promise<void>) | null;
}

interface SinkDeps {
  readonly store: Pick<Store, "marks">;
  readonly queueCheck: QueueCheck;
  /** The surfaces of people. */
  readonly surfaces: ReadonlyMap<string, PublishPort>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Where synthetic incidents end: their answer is noted in the database, nothing leaves. It is not noted while a surface of
 * people cannot be reached: an incident that nobody is told of did not get through.
 */
function selfWatchSink({ store, queueCheck, surfaces, clock, logger }: SinkDeps): PublishPort {
  return {
    async publish({ incident, analysis }, signal) {
      const round = incident.external[0]?.externalId;
      if (analysis === null || round === undefined) return { status: "done" };
      await queueCheck.ping?.();
      for (const [surface, { reach }] of surfaces) {
        const problem = (await reach?.(signal)) ?? null;
        if (problem === null) continue;
        logger.error({ surface, problem }, "people cannot be told of incidents there: no heartbeat");
        return reachedLater(incident.detectedAtMs, clock.nowMs());
      }
      await store.marks.set(SELF_WATCH_TENANT, REACHED, round);
      return { status: "done" };
    },
  };
}

/** A round that is over has nothing left to find out. */
function reachedLater(begunMs: number, nowMs: number): JobOutcome {
  if (nowMs - begunMs > ASKED_FOR_MS) return { status: "done" };
  return { status: "again", notBeforeMs: nowMs + ASK_AGAIN_MS, because: "a surface cannot be reached" };
}

export interface SelfWatchParts {
  readonly secrets: Secrets;
  readonly store: Pick<Store, "marks">;
  readonly queueCheck: QueueCheck;
}

/**
 * The program's handlers, with synthetic incidents on handlers of their own: the same code over the same store, for a tenant
 * that nobody sees, without evidence from outside and with the internal sink as its only surface.
 */
export function withSelfWatch(deps: JobHandlerDeps, parts: SelfWatchParts): JobHandlers {
  const { secrets, store, queueCheck } = parts;
  const people = createJobHandlers(deps);
  const { watchProgress: _unused, ...rest } = deps;
  const own = createJobHandlers({
    ...rest,
    tenant: SELF_WATCH_TENANT,
    sources: new Map([[SELF_WATCH, selfWatchSource(secrets.derive(SELF_WATCH))]]),
    surfaces: new Map([[SELF_WATCH, selfWatchSink({ ...deps, store, queueCheck })]]),
    publishingSurfaces: () => [SELF_WATCH],
    evidence: [],
  });
  const of = ({ incidentId }: { readonly incidentId: string }) => (incidentId.startsWith("SELF-") ? own : people);
  return {
    "delivery.process": async (payload, context) => {
      const stored = await deps.inbox.load(payload.inboxId);
      return (stored?.tenant === SELF_WATCH_TENANT ? own : people)["delivery.process"](payload, context);
    },
    "incident.investigate": (payload, context) => of(payload)["incident.investigate"](payload, context),
    "surface.publish": (payload, context) => of(payload)["surface.publish"](payload, context),
    "feedback.learn": (payload, context) => people["feedback.learn"](payload, context),
  };
}

export interface SelfWatchDeps {
  /** Where this process answers. */
  readonly url: string;
  readonly secret: string;
  readonly everyMs: number;
  readonly heartbeatUrl: string | null;
  /** Rejects when a disk that this install writes to is full. */
  readonly checkRoom: () => Promise<void>;
  readonly store: Pick<Store, "marks" | "removeSelfWatch">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Sends a synthetic alert through the program's own front door every so often. Only when its answer has reached the internal
 * sink within the same time does a heartbeat leave: whoever waits for it outside hears of everything by its absence.
 */
export function startSelfWatch(deps: SelfWatchDeps): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const rounds = async () => {
    while (!signal.aborted) {
      const begun = performance.now();
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(deps.everyMs)]);
      await runRound(deps, deadline).catch((error: unknown) => {
        if (!signal.aborted) deps.logger.warn({ err: error }, "the synthetic incident did not arrive: no heartbeat");
      });
      const restMs = Math.max(0, deps.everyMs - (performance.now() - begun));
      await wait(restMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  const running = rounds();
  return async () => {
    stopping.abort();
    await running;
  };
}

async function runRound(deps: SelfWatchDeps, signal: AbortSignal): Promise<void> {
  const { store, clock, metrics } = deps;
  const round = randomUUID();
  await send(deps, round, signal);
  while ((await store.marks.get(SELF_WATCH_TENANT, REACHED)) !== round) {
    await wait(LOOK_EVERY_MS, undefined, { signal });
  }
  metrics.reached(SELF_WATCH, SELF_WATCH);
  // What is small still fits into space that was used before, long after nothing larger does.
  await deps.checkRoom();
  await beat(deps, signal);
  await store.removeSelfWatch(epochMs(clock.nowMs() - KEPT_MS));
}

async function send({ url, secret, clock }: SelfWatchDeps, round: string, signal: AbortSignal): Promise<void> {
  const raw = JSON.stringify({ round, at: clock.nowMs() });
  const signature = `v1=${createHmac("sha256", secret).update(raw).digest("hex")}`;
  const fetchOwn = createHostFetch({ origins: [url], timeoutMs: HEARTBEAT_WITHIN_MS, maxBytes: MAX_ANSWER_BYTES });
  const response = await fetchOwn(`${url}/hooks/${SELF_WATCH}`, {
    method: "POST",
    headers: { "content-type": "application/json", [SIGNATURE]: signature },
    body: raw,
    signal,
  });
  await response.body?.cancel();
  if (response.status !== 202) throw new Error(`our own web server answered ${response.status}`);
}

/** The administrator named this address, so it may be an inside one. */
async function beat({ heartbeatUrl, metrics }: SelfWatchDeps, signal: AbortSignal): Promise<void> {
  if (heartbeatUrl === null) return;
  const { protocol, hostname, port } = new URL(heartbeatUrl);
  const usual = protocol === "https:" ? "443" : "80";
  const call = createSafeFetch({ allowedHosts: [`${hostname}:${port === "" ? usual : port}`] });
  const { status } = await call({ url: heartbeatUrl, maxBytes: MAX_ANSWER_BYTES, signal });
  if (status >= 300) throw new Error(`the checker behind HEARTBEAT_URL answered ${status}`);
  metrics.reached(SELF_WATCH, "heartbeat");
}
