import { z } from "zod";
import type { Event, Json } from "../../core/event.ts";
import { epochMs } from "../../core/ids.ts";
import { msToNs } from "../../core/time.ts";
import { type ClusterRecord, workloadOf } from "./kubernetes.ts";
import type { TimeRange } from "./sink.ts";

const MAX_OBJECTS = 20_000;
const MAX_DOCUMENTS = 2_000;
/** Deeper nesting than any object of a cluster has. */
const MAX_ALIASES = 50;
/** A state collected within this time after the window still describes the incident; later it is another day's state. */
const LATE_MS = 60 * 60_000;

const json: z.ZodType<Json<string>> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(json), z.record(z.string(), json)]),
);
const manifest = z.record(z.string(), json);
const identity = z.looseObject({
  kind: z.string().min(1),
  metadata: z.looseObject({ name: z.string().min(1), labels: z.record(z.string(), z.string()).nullish() }),
});
const list = z.looseObject({ kind: z.string().nullish(), items: z.array(z.unknown()) });

/** Documents of `kubectl get … -o yaml`, also several behind one another. Throws a sentence when a document is not YAML. */
export async function readYaml(text: string): Promise<readonly unknown[]> {
  // Loaded when it is needed: most readings hold no YAML, and its many files take as long as counting 30,000 lines.
  const { parseAllDocuments } = await import("yaml");
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents.slice(0, MAX_DOCUMENTS).map((document) => {
    const [error] = document.errors;
    if (error) throw new SyntaxError(`not YAML: ${error.code}`);
    const read: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return read;
  });
}

/**
 * The objects of `kubectl get … -o json` as the cluster reported them when they were collected. Events are no objects.
 * A list says of its kind that all were asked for, so it comes along with the names alone.
 */
export function readClusterObjects(
  value: unknown,
  collectedAtMs: number,
  range: TimeRange | null,
): readonly ClusterRecord[] {
  const wrapped = list.safeParse(value);
  const kindOfList = wrapped.success ? (wrapped.data.kind ?? "") : "";
  const items = wrapped.success ? wrapped.data.items.slice(0, MAX_OBJECTS) : [value];
  const atMs = stateTime(collectedAtMs, range);
  const read = items.flatMap((item, index) => objectOf(item, kindOfList, { atMs, place: `object-${index + 1}` }));
  return [...read, ...(wrapped.success ? listOf(kindOfList, read, atMs) : [])];
}

function stateTime(collectedAtMs: number, range: TimeRange | null): number {
  const isLate = range !== null && collectedAtMs > range.toMs && collectedAtMs <= range.toMs + LATE_MS;
  return isLate ? range.toMs : collectedAtMs;
}

function objectOf(
  item: unknown,
  kindOfList: string,
  { atMs, place }: { readonly atMs: number; readonly place: string },
): readonly ClusterRecord[] {
  const shaped = manifest.safeParse(item);
  if (!shaped.success) return [];
  // The API leaves the kind out inside "PodList".
  const kind = shaped.data["kind"] ?? kindOfList.replace(/List$/u, "");
  const whole = { ...shaped.data, kind };
  const read = identity.safeParse(whole);
  if (!read.success || read.data.kind === "Event" || read.data.kind.endsWith("List")) return [];
  const { metadata } = read.data;
  const labels = metadata.labels ?? {};
  const object = `${read.data.kind}/${metadata.name}`;
  return [
    recordOf(object, whole, {
      atMs,
      place,
      service: labels["app.kubernetes.io/name"] ?? labels["app"] ?? workloadOf(object),
    }),
  ];
}

function listOf(kindOfList: string, read: readonly ClusterRecord[], atMs: number): readonly ClusterRecord[] {
  const kinds = new Set(
    read.map(({ event }) => (event.kind === "kubernetes-object" ? (event.object.split("/")[0] ?? "") : "")),
  );
  const [only] = kinds.size === 1 ? [...kinds] : [];
  const kind = only === undefined ? kindOfList : `${only}List`;
  if (!/^[A-Z]\w+List$/u.test(kind)) return [];
  const items = read.map(({ event }) => ({
    metadata: { name: event.kind === "kubernetes-object" ? event.object.split("/").slice(1).join("/") : "" },
  }));
  return [recordOf(`${kind}/all`, { kind, items }, { atMs, place: "objects", service: null })];
}

function recordOf(
  object: string,
  whole: Json<string>,
  told: { readonly atMs: number; readonly place: string; readonly service: string | null },
): ClusterRecord {
  return {
    place: told.place,
    event: {
      kind: "kubernetes-object",
      atNs: msToNs(epochMs(Math.floor(told.atMs))),
      observedNs: null,
      service: told.service,
      host: null,
      traceId: null,
      spanId: null,
      requestId: null,
      object,
      manifest: whole,
    },
  };
}

/** A bundle is collected at once: a state whose file is younger than the last dated record counts at that record's time. */
export function settleObjects(events: Event<string>[]): void {
  let last: Event["atNs"] | null = null;
  for (const { kind, atNs } of events) if (kind !== "kubernetes-object" && (last === null || atNs > last)) last = atNs;
  if (last === null) return;
  for (const [index, event] of events.entries()) {
    if (event.kind === "kubernetes-object" && event.atNs > last) events[index] = { ...event, atNs: last };
  }
}
