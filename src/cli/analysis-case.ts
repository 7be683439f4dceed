import type { RegisteredAlertSource } from "../alert-sources/define.ts";
import { alertSources } from "../alert-sources/registry.ts";
import { AppError } from "../app/errors.ts";
import type { Redactor } from "../app/redactor.ts";
import type { Alert } from "../core/alert.ts";
import type { TimeWindow } from "../core/evidence.ts";
import { alertFingerprint, DEFAULT_TENANT, epochMs, incidentId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import { troubleMoment } from "../core/timeline/trouble-moment.ts";
import type { BundleReading } from "../evidence-sources/bundle/read-bundle.ts";

const MINUTE_MS = 60_000;
const LOOK_BACK_MS = 30 * MINUTE_MS;
const LOOK_AHEAD_MS = 10 * MINUTE_MS;
const BASELINE_MS = 120 * MINUTE_MS;

/** What is being asked: an incident and the stretches of time to look at. */
export interface AnalysisCase {
  readonly incident: Incident;
  /** The alert as a record of the timeline; null when nobody raised one. */
  readonly alert: Alert | null;
  readonly window: TimeWindow;
  readonly baseline: TimeWindow;
}

export interface CaseRequest {
  readonly reading: BundleReading;
  readonly redactor: Redactor;
  /** The alert time that a person named; null = take the bundle's alert, else look for the moment of trouble. */
  readonly atMs: number | null;
  readonly service: string | null;
}

/** The incident that a bundle, or a set of plain log files, tells about. Throws `AppError` when no moment can be found. */
export function caseFrom(request: CaseRequest): AnalysisCase {
  const { reading, redactor } = request;
  const told = bundleAlert(reading.alert);
  const alert = redactor.alert(told ?? madeUpAlert(request));
  const detectedAtMs = epochMs(request.atMs ?? alert.startedAtMs);
  const service = request.service === null ? alert.service : redactor.text(request.service);
  const incident: Incident = {
    id: incidentId("INC-0"),
    tenant: DEFAULT_TENANT,
    title: alert.title,
    service,
    severity: alert.severity,
    status: "triggered",
    startedAtMs: detectedAtMs,
    detectedAtMs,
    acknowledgedBy: null,
    resolvedAtMs: null,
    reopened: false,
    alertCount: told === null ? 0 : 1,
    services: service === null ? [] : [service],
    external: [],
    revision: 0,
  };
  return { incident, alert: told === null ? null : alert, ...stretches(detectedAtMs, reading) };
}

/** Short recordings are shared: a third for the incident, the rest to show what is normal. */
function stretches(detectedAtMs: number, { span }: BundleReading): { window: TimeWindow; baseline: TimeWindow } {
  const recorded = span === null ? 0 : Math.max(0, detectedAtMs - span.fromMs);
  const lookBackMs = recorded === 0 ? LOOK_BACK_MS : Math.min(LOOK_BACK_MS, Math.max(MINUTE_MS, recorded / 3));
  const fromMs = epochMs(Math.round(detectedAtMs - lookBackMs));
  const toMs = epochMs(Math.min(Math.max(span?.toMs ?? 0, detectedAtMs) + 1, detectedAtMs + LOOK_AHEAD_MS));
  return { window: { fromMs, toMs }, baseline: { fromMs: epochMs(fromMs - BASELINE_MS), toMs: fromMs } };
}

/** The bundle's `alert.json` in whichever sender's dialect it is written; null when there is none. */
function bundleAlert(body: unknown): Alert<string> | null {
  if (body === null || body === undefined) return null;
  const known: readonly RegisteredAlertSource[] = Object.values(alertSources);
  for (const source of known) {
    const alert = firstAlert(source, body);
    if (alert !== null) return alert;
  }
  throw new AppError(
    "invalid-input",
    'alert.json has no known form: use a PagerDuty v3 webhook body, an Alertmanager body, or {"service", "title", "at"}.',
  );
}

function firstAlert(source: RegisteredAlertSource, body: unknown): Alert<string> | null {
  try {
    return source.parse(body, epochMs(0))[0] ?? null;
  } catch {
    // Not this sender's dialect; the next one is tried.
    return null;
  }
}

function madeUpAlert({ reading, service, atMs }: CaseRequest): Alert<string> {
  const events = reading.evidence.status === "found" ? reading.evidence.events : [];
  const at = atMs ?? troubleMoment(events);
  if (at === null) throw new AppError("invalid-input", "No record has a time: say when the trouble was with --at.");
  const onlyService = reading.services.length === 1 ? (reading.services[0] ?? null) : null;
  return {
    source: "cli",
    eventId: "cli",
    fingerprint: alertFingerprint("cli"),
    groupKey: "cli",
    externalId: null,
    status: "firing",
    severity: "error",
    title: atMs === null ? "Trouble found in the given logs" : "Trouble at the given time",
    service: service ?? onlyService,
    startedAtMs: epochMs(at),
    occurredAtMs: epochMs(at),
    url: null,
    by: null,
  };
}
