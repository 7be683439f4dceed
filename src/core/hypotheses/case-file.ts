import { correctFindings } from "../corrections/apply.ts";
import type { Finding } from "../detectors/finding.ts";
import { detect } from "../detectors/registry.ts";
import type { ChangeEvent } from "../event.ts";
import type { EpochMs, EventId } from "../ids.ts";
import type { Incident } from "../incident.ts";
import type { Safe } from "../safe.ts";
import type { Observations, Observed, Symptom } from "../timeline/observations.ts";
import { isSignificant } from "../timeline/onset.ts";
import { type Blame, blameOf } from "./blame.ts";
import { isVague } from "./cause-kinds.ts";
import { plainName } from "./peers.ts";
import { compareText, type ResourceFact, resourceFacts } from "./resource-facts.ts";
import { isOverByState, wellSince } from "./state-now.ts";
import { quoteOf } from "./words.ts";

/** One symptom that counts, and whom it complains about. */
export interface Trouble {
  readonly symptom: Symptom;
  readonly service: Safe;
  /** Its first record in its own words, one line. */
  readonly quote: Safe;
  /** Null when the failure is the service's own. */
  readonly blames: Blame | null;
}

/** Everything the signals ask about, derived once per analysis. */
export interface CaseFile {
  readonly incident: Incident;
  readonly observations: Observations;
  /** The alerted service by the name that the records use. */
  readonly alerted: Safe | null;
  /** Failures that are not chance, by time of the first record. */
  readonly troubles: readonly Trouble[];
  /** Failing kinds of lines that are as frequent as ever. */
  readonly usual: readonly Symptom[];
  /** What events told of objects of the cluster that were seen well since. */
  readonly passed: readonly Symptom[];
  readonly onset: { readonly service: Safe; readonly atMs: EpochMs; readonly eventId: EventId } | null;
  /** Changes that took effect, rollbacks apart, by time. */
  readonly changes: readonly Observed<ChangeEvent>[];
  readonly rollbacks: readonly Observed<ChangeEvent>[];
  readonly resources: readonly ResourceFact[];
  /** What the layers with a detector of their own say. */
  readonly findings: readonly Finding[];
  /** True when a source told of any change: only then does "no change" mean something. */
  readonly changesWereRead: boolean;
  /** Services whose own log lines or spans were read: only of these does silence mean something. */
  readonly heard: ReadonlySet<Safe>;
}

/** A single new failure counts with the significant one of its service when it comes this shortly before it. */
const PRELUDE_MS = 60_000;
/** Without a quiet stretch to compare with, fewer records than this are no trouble. */
const MIN_WITHOUT_BASELINE = 3;

const NONE: ReadonlySet<EventId> = new Set();

/** Derives the facts that the signals share. Pure; independent of the order of the records. */
export function openCaseFile(
  incident: Incident,
  observations: Observations,
  irrelevant: ReadonlySet<EventId> = NONE,
): CaseFile {
  const failing = observations.symptoms.filter(({ meaning, count }) => meaning.isFailure && count > 0);
  const well = wellSince(observations);
  const passed = failing.filter((symptom) => isOverByState(symptom, observations, well));
  const significant = failing.filter((symptom) => counts(symptom, observations) && !passed.includes(symptom));
  const counted = failing.filter(
    (symptom) => significant.includes(symptom) || (!passed.includes(symptom) && isPrelude(symptom, significant)),
  );
  const troubles = counted
    .toSorted((a, b) => a.firstAtMs - b.firstAtMs || compareText(a.id, b.id))
    .map((symptom) => ({
      symptom,
      service: symptom.service,
      quote: quoteOf(symptom, observations),
      blames: blameOf(symptom, counted, observations),
    }));
  const heard = heardServices(observations);
  const effective = observations.changes
    .filter(({ event }) => event.change.kind !== "merge")
    .map((change) => ({ ...change, event: { ...change.event, service: heardName(change.event.service, heard) } }));
  const rollbacks = effective.filter((change) => isRollback(change, effective));
  return {
    incident,
    observations,
    alerted: heardName(incident.service, heard),
    troubles,
    usual: failing.filter((symptom) => !counted.includes(symptom) && !passed.includes(symptom)),
    passed,
    onset: onsetOf(observations, troubles),
    changes: effective.filter((change) => change.event.change.status === "deployed" && !rollbacks.includes(change)),
    rollbacks,
    resources: resourceFacts(observations),
    findings: correctFindings(detect(observations, incident), irrelevant),
    changesWereRead: observations.changes.length > 0,
    heard,
  };
}

function counts(symptom: Symptom, { hasBaseline }: Observations): boolean {
  if (isSignificant(symptom)) return true;
  return !hasBaseline && symptom.course === "burst" && symptom.count >= MIN_WITHOUT_BASELINE;
}

function isPrelude(symptom: Symptom, significant: readonly Symptom[]): boolean {
  if (symptom.course !== "novel") return false;
  return significant.some(
    ({ service, firstAtMs }) =>
      service === symptom.service && firstAtMs - symptom.firstAtMs <= PRELUDE_MS && firstAtMs >= symptom.firstAtMs,
  );
}

/**
 * A change that puts an earlier version back, or calls itself a rollback of an earlier one. Its words alone are not
 * enough: whoever writes the summary of the first change could take it off the list of suspects.
 */
function isRollback(change: Observed<ChangeEvent>, all: readonly Observed<ChangeEvent>[]): boolean {
  const { service, change: what } = change.event;
  if (what.status === "rolled-back") return true;
  const isCalledSo = /\b(?:roll(?:ed|ing)?[ -]?back|revert(?:s|ed)?)\b/iu.test(what.summary);
  return all.some(
    ({ event, atMs }) =>
      event.service === service && atMs < change.atMs && (isCalledSo || event.change.previousVersion === what.version),
  );
}

function heardServices({ logs, spans }: Observations): ReadonlySet<Safe> {
  const heard = new Set<Safe>();
  for (const { event } of logs) if (event.service !== null) heard.add(event.service);
  for (const { event } of spans) if (event.service !== null) heard.add(event.service);
  return heard;
}

/** Alerts, repositories and logs spell one service in several ways; the name in its own records is the one that counts. */
function heardName(named: Safe | null, heard: ReadonlySet<Safe>): Safe | null {
  if (named === null || heard.has(named)) return named;
  return [...heard].toSorted().find((service) => plainName(service) === plainName(named)) ?? named;
}

function onsetOf({ onset }: Observations, troubles: readonly Trouble[]): CaseFile["onset"] {
  if (onset !== null && troubles.some(({ symptom }) => symptom.id === onset.symptomId)) return onset;
  const [first] = troubles;
  const [eventId] = first?.symptom.sampleIds ?? [];
  if (first === undefined || eventId === undefined) return null;
  return { service: first.service, atMs: first.symptom.firstAtMs, eventId };
}

/** Troubles that a service logs itself. */
export function troublesOf(file: CaseFile, service: Safe | null): readonly Trouble[] {
  return service === null ? [] : file.troubles.filter((trouble) => trouble.service === service);
}

/** Troubles of others that name this service or host. */
export function complaintsAbout(file: CaseFile, name: Safe | null): readonly Trouble[] {
  return name === null ? [] : file.troubles.filter(({ blames }) => blames?.name === name);
}

/** Troubles that a fault of `name` may cause: its own, complaints about it, and those of services that call it. */
export function troublesDownstream(file: CaseFile, name: Safe): readonly Trouble[] {
  const { graph } = file.observations;
  return file.troubles.filter(
    ({ service, blames }) => service === name || blames?.name === name || graph.distance(service, name) !== null,
  );
}

/** True when a trouble says that something failed, but neither how nor at whom. */
export function isVagueTrouble({ symptom, blames }: Trouble): boolean {
  return isVague(symptom.meaning.category, blames !== null);
}
