import type { CauseKind } from "../analysis.ts";
import type { KubernetesEvent } from "../event.ts";
import { type EpochMs, type EventId, eventId } from "../ids.ts";
import { own, ownWords, type Safe, safe } from "../safe.ts";
import { clockTime } from "../time.ts";
import { serviceOfObject } from "../timeline/objects.ts";
import type { Observations, Observed } from "../timeline/observations.ts";
import { isSignificant } from "../timeline/onset.ts";
import { kindOfCategory } from "./cause-kinds.ts";
import { wellSince } from "./state-now.ts";

/** What objects and metrics say about a resource of a service, apart from its logs. */
export interface ResourceFact {
  readonly from: "object" | "metric";
  readonly service: Safe;
  readonly kind: CauseKind;
  readonly detail: Safe;
  readonly atMs: EpochMs;
  /** Hundredths of a nat. */
  readonly points: number;
  readonly because: Safe;
  readonly evidenceIds: readonly EventId[];
}

interface ObjectRule {
  readonly matches: RegExp;
  readonly kind: CauseKind;
  readonly detail: string;
  readonly points: number;
}

// General Kubernetes vocabulary, most specific first: the reason and the note of a Warning event.
const OBJECT_RULES: readonly ObjectRule[] = [
  { matches: /oom-?kill|out of memory|exit code 137/iu, kind: "memory", detail: "oom-kill", points: 260 },
  { matches: /exceeded quota/iu, kind: "resource-exhaustion", detail: "quota", points: 260 },
  {
    matches: /disk ?pressure|no space left|ephemeral.storage/iu,
    kind: "resource-exhaustion",
    detail: "disk",
    points: 240,
  },
  { matches: /node ?not ?ready|node.*unreachable/iu, kind: "infrastructure", detail: "node", points: 220 },
  {
    matches: /err ?image ?pull|imagepullbackoff|failed to pull image/iu,
    kind: "infrastructure",
    detail: "image",
    points: 240,
  },
  { matches: /createcontainerconfigerror/iu, kind: "infrastructure", detail: "container-config", points: 240 },
  {
    matches: /failed ?scheduling|insufficient (?:cpu|memory)/iu,
    kind: "infrastructure",
    detail: "scheduling",
    points: 200,
  },
  { matches: /back-?off|crash ?loop/iu, kind: "infrastructure", detail: "restarts", points: 100 },
];

/** Reads resource trouble out of object events and metrics: one fact per service and kind, the strongest. Sorted by time. */
export function resourceFacts(observations: Observations): readonly ResourceFact[] {
  const all = [...objectFacts(observations), ...metricFacts(observations)];
  return all.toSorted(
    (a, b) => a.atMs - b.atMs || compareText(a.service, b.service) || compareText(a.detail, b.detail),
  );
}

/** Order of texts by code unit, the same on every machine. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function objectFacts(observations: Observations): readonly ResourceFact[] {
  const { kubernetes, window, services } = observations;
  const well = wellSince(observations);
  const groups = new Map<string, { rule: ObjectRule; service: Safe; events: Observed<KubernetesEvent>[] }>();
  for (const observed of kubernetes) {
    const { event, atMs } = observed;
    if (event.type !== "Warning" || atMs < window.fromMs) continue;
    // State beats events: what is well now was told of before.
    if ((well.get(event.object) ?? -1) >= atMs) continue;
    const service = event.service ?? serviceOfObject(event.object, services);
    const text = `${event.reason} ${event.note}`;
    const rule = OBJECT_RULES.find(({ matches }) => matches.test(text));
    if (rule === undefined) continue;
    const key = `${service}\u0000${rule.detail}`;
    const group = groups.get(key) ?? { rule, service, events: [] };
    group.events.push(observed);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ rule, service, events }) => objectFact(rule, service, events));
}

function objectFact(rule: ObjectRule, service: Safe, events: readonly Observed<KubernetesEvent>[]): ResourceFact {
  const [first] = events;
  const count = events.reduce((sum, { event }) => sum + Math.max(1, event.count), 0);
  const atMs = first?.atMs ?? noTime();
  const what = first === undefined ? service : safe`${first.event.object}: ${first.event.reason}`;
  return {
    from: "object",
    service,
    kind: rule.kind,
    detail: ownWords(own(rule.detail)),
    atMs,
    points: rule.points,
    because: safe`${what}, ${count}×, first at ${clockTime(atMs)}`,
    evidenceIds: events.slice(0, 5).map(({ event }) => event.id),
  };
}

function noTime(): never {
  throw new TypeError("a group of events is never empty");
}

/** Points of a metric that only just counts, and what each nat of its improbability adds. */
const METRIC_BASE = 20;
const METRIC_PER_NAT = 8;

/** Metrics near their limit or growing towards it: symptoms whose samples are points of a metric. */
function metricFacts({ symptoms, byId }: Observations): readonly ResourceFact[] {
  return symptoms
    .filter((symptom) => isSignificant(symptom) && byId.get(symptom.sampleIds[0] ?? NO_ID)?.kind === "metric")
    .map(({ service, meaning, template, firstAtMs, surprise, sampleIds }) => {
      const { kind, detail } = kindOfCategory(meaning.category);
      const grows = kind === "memory" && /\bgrew by\b/u.test(template);
      return {
        from: "metric",
        service,
        kind,
        detail: grows ? LEAK : detail,
        atMs: firstAtMs,
        points: Math.round(METRIC_BASE + METRIC_PER_NAT * surprise),
        because: safe`${template}, from ${clockTime(firstAtMs)}`,
        evidenceIds: sampleIds,
      };
    });
}

const LEAK = ownWords(own("leak"));
const NO_ID = eventId("", "");
