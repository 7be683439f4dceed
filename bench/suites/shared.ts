import type { Analysis, Hypothesis } from "../../src/core/analysis.ts";
import type { Event } from "../../src/core/event.ts";
import type { SourceEvidence } from "../../src/core/evidence.ts";
import { DEFAULT_TENANT, epochMs, incidentId } from "../../src/core/ids.ts";
import type { Incident } from "../../src/core/incident.ts";
import { own, ownWords } from "../../src/core/safe.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";

/** The product's own: what the bench measures has passed the same boundary as in production. */
export const redactor = createRedactor({ pseudonymKey: "bench" });

/** The incident of a case; title and service only where the alert itself names them. */
export function anIncident(told: {
  readonly atMs: number;
  readonly title?: string;
  readonly service?: string;
}): Incident {
  const at = epochMs(told.atMs);
  const service = told.service === undefined ? null : redactor.text(told.service);
  return {
    id: incidentId("INC-0"),
    tenant: DEFAULT_TENANT,
    title: told.title === undefined ? ownWords(own("recorded case")) : redactor.text(told.title),
    service,
    severity: "critical",
    status: "triggered",
    startedAtMs: at,
    detectedAtMs: at,
    acknowledgedBy: null,
    resolvedAtMs: null,
    reopened: false,
    alertCount: 1,
    services: service === null ? [] : [service],
    external: [],
    revision: 0,
  };
}

/** Raw events as a source's answer, redacted as in production. */
export function asEvidence(
  source: string,
  events: readonly Event<string>[],
  topology: readonly (readonly [string, string])[] = [],
): SourceEvidence {
  const raw = { status: "found" as const, events, read: events.length, partial: null, topology };
  return { source, evidence: redactor.evidence(raw) };
}

/** The refs of all records that a hypothesis cites, for and against. */
export function refsOf({ evidence }: Analysis, { parts, against }: Hypothesis): readonly string[] {
  const cited = new Set([...parts, ...against].flatMap(({ evidenceIds }) => evidenceIds));
  return [...new Set(evidence.filter(({ id }) => cited.has(id)).map(({ ref }) => ref))];
}

/** The timeline as the scorer wants it: a row is told by its first record that the given test accepts. */
export function timelineOf(
  { timeline, evidence }: Analysis,
  accepts: (ref: string) => boolean = () => true,
): readonly { readonly ts: number; readonly ref: string }[] {
  const refs = new Map(evidence.map(({ id, ref, at }) => [id, { ref, at }]));
  return timeline.flatMap(({ at, evidenceIds }) => {
    const record = evidenceIds.flatMap((id) => refs.get(id) ?? []).find(({ ref }) => accepts(ref));
    return record === undefined ? [] : [{ ts: Date.parse(at) / 1000, ref: record.ref }];
  });
}
