import { createHash, randomUUID } from "node:crypto";
import { configureAlertSources } from "../alert-sources/configure.ts";
import type { AlertSourcePort } from "../app/alert-source-port.ts";
import { bindVerbs } from "../app/bind-verbs.ts";
import type { JobHandlers } from "../app/jobs/catalog.ts";
import type { Clock, EvidencePort, Logger } from "../app/ports.ts";
import type { PublishPort } from "../app/publish-incident.ts";
import type { ReceiveDeliveryDeps } from "../app/receive-delivery.ts";
import type { Redactor } from "../app/redactor.ts";
import { NO_TRACING, type Tracing } from "../app/tracing-port.ts";
import type { Verbs } from "../app/verbs.ts";
import type { CorrelationPolicy } from "../core/correlation/correlate.ts";
import { DEFAULT_EVIDENCE_POLICY } from "../core/evidence.ts";
import { DEFAULT_TENANT } from "../core/ids.ts";
import type { PagerDutyClient } from "../platform/clients/pagerduty.ts";
import { systemClock } from "../platform/clock.ts";
import { countRedactions } from "../platform/metrics/count-redactions.ts";
import { type Counters, createCounters } from "../platform/metrics/counters.ts";
import { createTenantRedactors } from "../platform/redaction/redact.ts";
import { readTenantRules } from "../platform/redaction/tenant-rules.ts";
import { createSafeFetch } from "../platform/safe-fetch.ts";
import type { FileSegments } from "../segments/event-segments.ts";
import { createStore, type Store } from "../store/create-store.ts";
import { openSharedClock } from "../store/shared-clock.ts";
import type { RunningSurface, SurfaceDeps } from "../surfaces/define.ts";
import { wireAccess } from "./access.ts";
import type { Config } from "./config.ts";
import { dataDirOf } from "./database.ts";
import { engine } from "./engine.ts";
import { wireEvidence } from "./evidence.ts";
import { checkHealth, remembered } from "./health.ts";
import { measuredAnalyses, measuredEvidence, measuredIncidents, measuredSurface } from "./measured.ts";
import { pagerDutyClient, pagerDutySenders } from "./pagerduty.ts";
import { progressPorts } from "./progress.ts";
import { openSecrets, type Secrets } from "./secrets.ts";
import { openSegments } from "./segments.ts";
import { type QueueCheck, withSelfWatch } from "./self-watch.ts";
import { wireSurfaces } from "./surfaces.ts";
import { tracedEngine, tracedEvidence, tracedHandlers, tracedInbox, tracedIncidents, tracedSurface } from "./traced.ts";
import { tracedPagerDuty } from "./traced-pagerduty.ts";
import { type DeliveryKey, deliveryKeys } from "./tracing.ts";
import { untoldBy } from "./untold.ts";

/** Alerts of one service within a quarter of an hour are one case; of services that call each other, within five minutes. */
const CORRELATION_POLICY: CorrelationPolicy = { sameServiceWindowMs: 15 * 60_000, neighbourWindowMs: 5 * 60_000 };

/** Everything joined together, before anything runs. */
export interface Wiring {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
  readonly metrics: Counters;
  readonly tracing: Tracing;
  readonly deliveryKey: DeliveryKey;
  readonly secrets: Secrets;
  readonly store: Store;
  /** Raw events, for reading; the process that takes them in writes through its own `EventIntake`. */
  readonly segments: FileSegments;
  readonly verbs: Verbs;
  readonly evidence: readonly EvidencePort[];
  readonly alertSources: ReadonlyMap<string, AlertSourcePort>;
  readonly receive: ReceiveDeliveryDeps;
  readonly handlers: JobHandlers;
  /** Filled in by whoever opens the queue. */
  readonly queueCheck: QueueCheck;
  readonly surfaces: ReadonlyMap<string, RunningSurface>;
  readonly surfaceDeps: SurfaceDeps;
  readonly pagerDuty: PagerDutyClient | null;
}

export interface WiringOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly connectionString: string;
  /** Where people reach this install, without a trailing slash. */
  readonly publicUrl: string;
  /** Left out by commands: what they do is not traced. */
  readonly tracing?: Tracing;
}

/** What everything else stands on. */
async function openParts({ config, connectionString, logger, tracing = NO_TRACING }: WiringOptions) {
  const metrics = createCounters({ nowMs: () => clock.nowMs() });
  const clock = await openSharedClock(connectionString, {
    machine: systemClock,
    logger,
    onSkewed: () => metrics.count("traceops_clock_skewed_total", { against: "database" }),
  });
  const secrets = openSecrets({ given: config.core.TRACEOPS_SECRET, dataDir: dataDirOf(config) });
  const redactorOf = createTenantRedactors({
    pseudonymKey: secrets.derive("pseudonyms"),
    tenantRules: readTenantRules(config.core.REDACTION_RULES ?? "[]"),
    addresses: config.core.REDACTION_ADDRESSES,
    onChanged: countRedactions(metrics),
  });
  const redactor = redactorOf(DEFAULT_TENANT);
  const opened = await createStore(connectionString, { clock });
  const store: Store = { ...opened, close: () => clock.stop().then(() => opened.close()) };
  const pagerDutyCalls = pagerDutyClient(config, clock);
  const pagerDuty = pagerDutyCalls === null ? null : tracedPagerDuty(pagerDutyCalls, tracing);
  const segments = await openSegments(config, { writer: null, logger });
  const evidence = wireEvidence(config, {
    clock,
    logger,
    redactor,
    pushedEvents: store.pushedEvents,
    segments,
    pagerDuty,
  });
  const alertSources = configureAlertSources(config.env, {
    fetch: createSafeFetch({ allowedHosts: [] }),
    clock,
    logger,
    marks: store.marks,
  });
  const measured = measuredEvidence(tracedEvidence(evidence, tracing), metrics);
  const watched = { metrics, tracing, deliveryKey: deliveryKeys(secrets) };
  const queueCheck: QueueCheck = { ping: null };
  const read = { segments, pagerDuty, evidence: measured, alertSources };
  return { clock, secrets, redactor, store, queueCheck, ...watched, ...read };
}

type Parts = Awaited<ReturnType<typeof openParts>>;

/** Ports whose work is counted and traced. */
function watchedPorts({ store, metrics, tracing, deliveryKey }: Parts) {
  const { incidents } = store;
  return {
    inbox: tracedInbox(store.inbox, { tracing, keyOf: deliveryKey }),
    incidents: tracedIncidents(measuredIncidents(incidents, metrics), tracing),
    analyses: measuredAnalyses(store.analyses, { incidents, metrics }),
    engine: tracedEngine(engine, tracing),
  };
}

/** What surfaces keep and read of their own, and how they ask to be drawn. */
function storedForSurfaces({
  messages,
  marks,
  preferences,
  incidents,
}: Pick<Store, "messages" | "marks" | "preferences" | "incidents">) {
  const redraw: SurfaceDeps["redraw"] = (surface, incidentId) =>
    incidents.request([{ name: "surface.publish", payload: { incidentId, surface } }]);
  return { messages, marks, preferences, redraw };
}

/** Joins stores, sources, verbs and surfaces by the settings. The only place that knows which vendors are on. */
export async function wire(options: WiringOptions): Promise<Wiring> {
  const { config, logger, publicUrl } = options;
  const parts = await openParts(options);
  const { clock, redactor, metrics, tracing, store, pagerDuty, evidence, alertSources } = parts;
  const publishing = new Map<string, PublishPort>();
  const publishingSurfaces = () => [...publishing.keys()];
  const deps = {
    ...store,
    ...watchedPorts(parts),
    tenant: DEFAULT_TENANT,
    clock,
    logger,
    redactor,
    evidence,
    sources: alertSources,
    surfaces: publishing,
    policy: CORRELATION_POLICY,
    evidencePolicy: DEFAULT_EVIDENCE_POLICY,
    publicUrl: redactor.text(publicUrl),
    publishingSurfaces,
    ...progressPorts({ ...store, clock, logger, redactor }, publishingSurfaces),
    senders: pagerDutySenders(config, { pagerDuty, redactor }),
    digest: (raw: Uint8Array) => createHash("sha256").update(raw).digest("hex"),
  };
  const guard = wireAccess(config.env, parts);
  const verbs = guard.guarded(bindVerbs(deps));
  const surfaceDeps: SurfaceDeps = {
    clock,
    logger,
    redactor,
    verbs,
    ...storedForSurfaces(deps),
    health: () => health(),
    untold: (incident) => untoldBy(publishingSurfaces(), incident, deps),
    pagerDuty,
    publicUrl,
    newNonce: randomUUID,
    ...guard.forSurfaces,
  };
  const wired = wireSurfaces(config, surfaceDeps);
  guard.setPlaces(wired.places);
  // Verbs were bound before the surfaces that call them existed: the list of drawing surfaces is filled in now.
  for (const [name, port] of wired.publishing) {
    publishing.set(name, tracedSurface(name, measuredSurface(name, port, metrics), tracing));
  }
  const wiring: Wiring = {
    ...parts,
    config,
    logger,
    verbs,
    receive: deps,
    handlers: tracedHandlers(withSelfWatch(deps, parts), tracing),
    surfaces: wired.running,
    surfaceDeps,
  };
  const health = remembered(() => checkHealth(config, wiring), clock);
  return wiring;
}
