import type { AlertEvent, Event, KubernetesEvent } from "../event.ts";
import { compare } from "../graph/build.ts";
import { epochMs } from "../ids.ts";
import { cutSafe, joinSafe, safe } from "../safe.ts";
import { clockOf } from "./clocks.ts";
import { serviceOfObject } from "./objects.ts";
import type { Observations, Observed, SkewCorrection } from "./observations.ts";
import { isSignificant } from "./onset.ts";
import { type Draft, QUOTE_LENGTH, quoteOf } from "./rows.ts";

const IMPORTANCE = { alert: 95, acknowledged: 40, resolved: 88, person: 50, warning: 48, normal: 5, skew: 80 } as const;

/** Alerts, people, cluster events and notes about clocks. */
export function contextRows(seen: Observations): readonly Draft[] {
  return [...alertRows(seen), ...personRows(seen), ...kubernetesRows(seen), ...skewRows(seen)];
}

function alertRows(seen: Observations): readonly Draft[] {
  const groups = groupBy(seen.alerts, ({ event }) => `${event.status}\u0000${event.service ?? ""}\u0000${event.title}`);
  const drafts = groups.map((group) => folded(group, ALERT_ROLES[group[0].event.status]));
  const [first, ...others] = drafts.filter(({ role }) => role === "alert").toSorted((a, b) => a.atMs - b.atMs);
  const rest = drafts.filter(({ role }) => role !== "alert");
  return first === undefined ? rest : [first, ...moreAlerts(others), ...rest];
}

/** A storm of alerts is one row; the first alert keeps its own. */
function moreAlerts(others: readonly Draft[]): readonly Draft[] {
  const [next, ...later] = others;
  if (next === undefined || later.length === 0) return others;
  const services = new Set(others.flatMap(({ service }) => service ?? []));
  const lastAtMs = epochMs(Math.max(...others.map((draft) => draft.lastAtMs)));
  const words = joinSafe([...services].toSorted(compare).slice(0, MAX_NAMES), ", ");
  const count = others.reduce((sum, draft) => sum + draft.count, 0);
  const of = services.size <= MAX_NAMES ? safe`` : safe` and ${services.size - MAX_NAMES} more`;
  return [
    {
      ...next,
      lastAtMs,
      count,
      service: services.size === 1 ? next.service : null,
      text: cutSafe(safe`more alerts: ${words}${of}`, QUOTE_LENGTH),
      evidenceIds: [next.evidenceIds[0], ...later.slice(0, 4).map(({ evidenceIds }) => evidenceIds[0])],
    },
  ];
}

const MAX_NAMES = 4;

const ALERT_ROLES: Readonly<Record<AlertEvent["status"], Pick<Draft, "role" | "importance">>> = {
  firing: { role: "alert", importance: IMPORTANCE.alert },
  acknowledged: { role: "person", importance: IMPORTANCE.acknowledged },
  resolved: { role: "recovery", importance: IMPORTANCE.resolved },
};

function personRows(seen: Observations): readonly Draft[] {
  return seen.people.map((person) => ({
    ...folded([person], { role: "person", importance: IMPORTANCE.person }),
    text: cutSafe(safe`${person.event.who}: ${quoteOf(person.event)}`, QUOTE_LENGTH),
  }));
}

/** Warnings that became rows as symptoms are not told twice. */
function kubernetesRows(seen: Observations): readonly Draft[] {
  const told = toldAsSymptoms(seen);
  const inside = seen.kubernetes.filter(
    ({ atMs, event }) => atMs >= seen.window.fromMs && !told.has(`${kindOfObject(event)}\u0000${event.reason}`),
  );
  const groups = groupBy(inside, ({ event }) => `${event.object}\u0000${event.reason}`);
  return groups.map((group) => {
    const isWarning = group[0].event.type === "Warning";
    const draft = folded(group, { role: "context", importance: isWarning ? IMPORTANCE.warning : IMPORTANCE.normal });
    return { ...draft, count: group.reduce((sum, { event }) => sum + Math.max(1, event.count), 0) };
  });
}

function toldAsSymptoms({ symptoms, onset, byId }: Observations): ReadonlySet<string> {
  const told = symptoms.filter((symptom) => onset !== null && isSignificant(symptom));
  const events = told.flatMap(({ sampleIds }) => sampleIds.flatMap((id) => byId.get(id) ?? []));
  return new Set(
    events.flatMap((event) => (event.kind === "kubernetes" ? [`${kindOfObject(event)}\u0000${event.reason}`] : [])),
  );
}

/** The object without the ending that tells one pod of a set from the next. */
function kindOfObject({ object, service }: KubernetesEvent): string {
  return service ?? serviceOfObject(object, []);
}

function skewRows(seen: Observations): readonly Draft[] {
  return seen.skew.flatMap((skew) => {
    const first = firstRecordOf(skew, seen);
    if (first === null) return [];
    const draft = folded([first], { role: "context", importance: IMPORTANCE.skew });
    return [{ ...draft, text: cutSafe(safe`${skew.because}; corrected`, QUOTE_LENGTH) }];
  });
}

function firstRecordOf({ host }: SkewCorrection, seen: Observations): Observed<Event> | null {
  const isIn = ({ event, atMs }: Observed<Event>) => atMs >= seen.window.fromMs && clockOf(event) === host;
  return seen.logs.find(isIn) ?? seen.spans.find(isIn) ?? seen.metrics.find(isIn) ?? null;
}

type NonEmpty<Item> = readonly [Item, ...Item[]];

function folded<Kind extends Event>(group: NonEmpty<Observed<Kind>>, kind: Pick<Draft, "role" | "importance">): Draft {
  const [first, ...others] = group;
  const last = others.at(-1) ?? first;
  return {
    ...kind,
    atMs: first.atMs,
    lastAtMs: last.atMs,
    service: first.event.service,
    text: quoteOf(first.event),
    count: group.length,
    skewCorrectedMs: first.correctedMs,
    source: first.event.source,
    evidenceIds: [first.event.id, ...others.slice(0, 4).map(({ event }) => event.id)],
  };
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly NonEmpty<Item>[] {
  const groups = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
