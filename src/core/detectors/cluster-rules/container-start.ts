import { type Safe, safe, sliceSafe } from "../../safe.ts";
import { listAt, textAt, textsByName } from "../cluster/read.ts";
import type { ClusterEvent, ClusterState, Container, Pod } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { CONTRADICTION, type Fact, kubectl, suspect, WITNESSED } from "./suspect.ts";

/** Containers that cannot be created because a secret or config map that they name, or a key of it, does not exist. */
export function containerStart(state: ClusterState): readonly Finding[] {
  const waiting = state.pods.filter((pod) => !pod.isReady && !pod.isTerminating && !hasRun(pod));
  const once = new Map(waiting.toReversed().map((pod) => [`${pod.namespace ?? ""} ${pod.owner ?? pod.name}`, pod]));
  return [...once.values()].flatMap((pod) => toFinding(pod, state));
}

/** A container that has run had all that it names. */
function hasRun({ containers }: Pod): boolean {
  const own = containers.filter(({ isInit }) => !isInit);
  return own.length > 0 && own.every(({ status }) => status !== null && (status.isRunning || status.ended !== null));
}

/** A thing that a pod names and cannot do without. */
interface Reference {
  readonly kind: "Secret" | "ConfigMap";
  readonly name: Safe;
  readonly key: Safe | null;
}

function toFinding(pod: Pod, state: ClusterState): readonly Finding[] {
  const told = stillTrue(toldBy(state.eventsOf(pod.object)), { pod, state });
  const absent = references(pod).find((each) => isAbsent(each, { pod, state })) ?? null;
  const missing = told?.reference ?? absent;
  if (missing === null) return [];
  const service = pod.service ?? pod.name;
  const workload = state.workloadOf(pod);
  const what = named(missing);
  return [
    suspect({
      service,
      kind: "configuration",
      detail: missing.kind === "Secret" ? safe`missing-secret-binding` : safe`missing-config-map`,
      object: workload?.object ?? pod.object,
      summary: safe`${service} does not start: it names the ${what}, which does not exist`,
      facts: [...declared(pod, absent), ...reported(pod, { told, isKnown: absent !== null })],
      nextChecks: [
        kubectl("describe", pod.object, pod.namespace),
        safe`kubectl get secrets,configmaps -n ${pod.namespace ?? safe`default`}`,
      ],
    }),
  ];
}

function named({ kind, name, key }: Reference): Safe {
  const word = kind === "Secret" ? safe`secret` : safe`config map`;
  return key === null ? safe`${word} ${name}` : safe`key ${key} of ${word} ${name}`;
}

function declared(pod: Pod, absent: Reference | null): readonly Fact[] {
  if (absent === null) return [];
  const because = safe`${pod.object} names the ${named(absent)}, which does not exist`;
  return [{ signal: "reference-leads-nowhere", family: "declared", points: CONTRADICTION, because, ids: [pod.id] }];
}

/** The node's word is enough where the objects were not read. */
function reported(
  pod: Pod,
  { told, isKnown }: { readonly told: Told | null; readonly isKnown: boolean },
): readonly Fact[] {
  if (told === null) return [];
  const because = safe`the node says (×${told.event.count}): ${told.event.note}`;
  const ids = [told.event.id, pod.id];
  return isKnown
    ? [{ signal: "node-misses-reference", family: "reported", points: WITNESSED, because, ids }]
    : [{ signal: "node-misses-reference", family: "declared", points: CONTRADICTION + WITNESSED, because, ids }];
}

interface Told {
  readonly reference: Reference;
  readonly event: ClusterEvent;
}

const NO_OBJECT = /\b(?<kind>secret|configmap) "(?<name>[^"]+)" not found/iu;
const NO_KEY = /couldn't find key (?<key>\S+) in (?<kind>Secret|ConfigMap) (?:[^\s/]+\/)?(?<name>\S+)/iu;
const NO_FILE = /references non-existent (?<kind>secret|config) key: (?<key>\S+)/iu;

/** The node's own word for it, while the container still waits. */
function toldBy(events: readonly ClusterEvent[]): Told | null {
  for (const event of events) {
    if (!event.isWarning) continue;
    const match = NO_OBJECT.exec(event.note) ?? NO_KEY.exec(event.note) ?? NO_FILE.exec(event.note);
    const groups = match?.groups;
    if (groups === undefined) continue;
    const kind = (groups["kind"] ?? "").toLowerCase() === "secret" ? "Secret" : "ConfigMap";
    return {
      reference: {
        kind,
        name: cut(event.note, groups["name"]) ?? safe`that it mounts`,
        key: cut(event.note, groups["key"]),
      },
      event,
    };
  }
  return null;
}

/** An object that was read since is not missing any more: the container waits for something else. */
function stillTrue(
  told: Told | null,
  { pod, state }: { readonly pod: Pod; readonly state: ClusterState },
): Told | null {
  if (told === null || told.reference.key !== null) return told;
  const { kind, name } = told.reference;
  return state.find(kind, name, pod.namespace) === null ? told : null;
}

/** The same text, cut out of the safe note. */
function cut(note: Safe, text: string | undefined): Safe | null {
  const from = text === undefined ? -1 : note.indexOf(text);
  return text === undefined || from < 0 ? null : sliceSafe(note, from, from + text.length);
}

function references(pod: Pod): readonly Reference[] {
  const own = pod.containers.flatMap(ofContainer);
  const mounted = listAt(pod.manifest, "spec", "volumes").flatMap((volume): readonly Reference[] => {
    const [secret, configMap] = [textAt(volume, "secret", "secretName"), textAt(volume, "configMap", "name")];
    const isOptional =
      textAt(volume, "secret", "optional") === "true" || textAt(volume, "configMap", "optional") === "true";
    if (isOptional) return [];
    return [
      ...(secret === null ? [] : [{ kind: "Secret" as const, name: secret, key: null }]),
      ...(configMap === null ? [] : [{ kind: "ConfigMap" as const, name: configMap, key: null }]),
    ];
  });
  return [...own, ...mounted];
}

function ofContainer({ env, envFrom }: Container): readonly Reference[] {
  const whole = envFrom.filter(({ isOptional }) => !isOptional).map(({ kind, name }) => ({ kind, name, key: null }));
  const single = env.flatMap(({ from }) =>
    from === null || from.isOptional ? [] : [{ kind: from.kind, name: from.name, key: from.key }],
  );
  return [...whole, ...single];
}

/** Absent only where all of the kind were asked for; a key only where the object's keys were read. */
function isAbsent(
  { kind, name, key }: Reference,
  { pod, state }: { readonly pod: Pod; readonly state: ClusterState },
): boolean {
  const object = state.find(kind, name, pod.namespace);
  if (object === null) return state.wasListed(kind, pod.namespace);
  const keys = textsByName(object.manifest, "data");
  const isRead = keys.size > 0;
  return key !== null && isRead && !keys.has(key);
}
