import type { CauseKind } from "../../analysis.ts";
import { own, ownWords, type Safe, safe } from "../../safe.ts";
import { serviceOfObject } from "../../timeline/objects.ts";
import { listAt, textAt } from "../cluster/read.ts";
import type { ClusterEvent, ClusterState, Pod } from "../cluster/state.ts";
import { kubectl, suspect } from "../cluster-rules/suspect.ts";
import type { Finding } from "../finding.ts";

/** What the cluster itself says keeps a pod down; rules that compare declarations say more and stand before it. */
const TOLD = 300;
/** A probe that failed once or twice is a pod that starts. */
const LEAST_PROBES = 3;
/** Longer than the longest usual pause between probes: a failure that is older does not repeat any more. */
const STILL_MS = 5 * 60_000;

interface Meaning {
  readonly pattern: RegExp;
  readonly kind: CauseKind;
  readonly detail: string;
}

// The scheduler's, the kubelet's and the prober's own words, most exact first.
const MEANINGS: readonly Meaning[] = [
  { pattern: /Insufficient cpu/u, kind: "scheduling", detail: "cpu-capacity-mismatch" },
  { pattern: /Insufficient memory/u, kind: "scheduling", detail: "memory-capacity-mismatch" },
  { pattern: /Insufficient \S+|Too many pods/u, kind: "scheduling", detail: "insufficient-capacity" },
  { pattern: /untolerated taint|had taints?\b/u, kind: "scheduling", detail: "taint-toleration-mismatch" },
  { pattern: /anti-affinity/u, kind: "scheduling", detail: "pod-anti-affinity-conflict" },
  {
    pattern: /node affinity\/selector|node selector|node affinity/u,
    kind: "scheduling",
    detail: "node-selector-mismatch",
  },
  { pattern: /were unschedulable/u, kind: "scheduling", detail: "node-cordon-mismatch" },
  { pattern: /PersistentVolumeClaim/u, kind: "configuration", detail: "unbound-volume-claim" },
  { pattern: /\bsecret "|key in Secret|in Secret\b/iu, kind: "configuration", detail: "missing-secret-binding" },
  { pattern: /\bconfigmap "|in ConfigMap\b/iu, kind: "configuration", detail: "missing-config-map" },
  {
    pattern: /probe failed.*(?:refused|statuscode: 4|malformed|no such host)/iu,
    kind: "configuration",
    detail: "probe",
  },
  { pattern: /probe failed/iu, kind: "unknown", detail: "probe" },
];

/** Pods that are not ready, with the reason that their conditions, their containers or repeating probes give. One per workload and reason. */
export function stuckPods(state: ClusterState): readonly Finding[] {
  const stuck = state.pods
    .filter((pod) => !pod.isReady && !pod.isTerminating)
    .flatMap((pod) => {
      const word = wordOf(pod, state);
      const meaning = word === null ? undefined : MEANINGS.find(({ pattern }) => pattern.test(word.text));
      return word === null || meaning === undefined ? [] : [{ pod, word, meaning, service: serviceOf(pod, state) }];
    });
  const groups = Map.groupBy(stuck, ({ service, meaning }) => `${service}\u0000${meaning.detail}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [toFinding(first, { count: group.length, state })];
  });
}

interface Word {
  readonly text: Safe;
  readonly event: ClusterEvent | null;
}

interface Stuck {
  readonly pod: Pod;
  readonly word: Word;
  readonly meaning: Meaning;
  readonly service: Safe;
}

/** Its workload's, or the longest known name that its own begins with. */
export function serviceOf(pod: Pod, { workloads, observations }: ClusterState): Safe {
  const known = [...observations.services, ...workloads.map(({ name }) => name)];
  return pod.service ?? serviceOfObject(pod.object, known);
}

/** What is said of it now: by its conditions, by a waiting container, else by probes that still fail. */
function wordOf(pod: Pod, state: ClusterState): Word | null {
  const events = state.eventsOf(pod.object).filter(({ isWarning }) => isWarning);
  const refused = listAt(pod.manifest, "status", "conditions").find(
    (each) => textAt(each, "type") === "PodScheduled" && textAt(each, "status") === "False",
  );
  const waits = listAt(pod.manifest, "status", "containerStatuses").flatMap(
    (each) => textAt(each, "state", "waiting", "message") ?? [],
  )[0];
  const told = textAt(refused, "message") ?? waits ?? null;
  if (told !== null) return { text: told, event: null };
  const refusal = pod.node === null ? events.find(({ reason }) => reason === "FailedScheduling") : undefined;
  const probes = events.filter(({ reason, atMs }) => reason === "Unhealthy" && atMs >= state.nowMs - STILL_MS);
  const often = probes.reduce((sum, { count }) => sum + count, 0) >= LEAST_PROBES ? probes[0] : undefined;
  const event = refusal ?? often ?? null;
  return event === null ? null : { text: event.note, event };
}

function toFinding(
  { pod, word, meaning, service }: Stuck,
  { count, state }: { readonly count: number; readonly state: ClusterState },
): Finding {
  const workload = state.workloadOf(pod);
  const pods = count === 1 ? safe`a pod` : safe`${count} pods`;
  return suspect({
    service,
    kind: meaning.kind,
    detail: ownWords(own(meaning.detail)),
    object: workload?.object ?? pod.object,
    summary: safe`${pods} of ${service} cannot become ready: ${word.text}`,
    facts: [
      {
        signal: "pod-is-stuck",
        family: "reported",
        points: TOLD,
        because: safe`${pod.name} is not ready, and the cluster says why: ${word.text}`,
        ids: word.event === null ? [pod.id] : [pod.id, word.event.id],
      },
    ],
    nextChecks: [kubectl("describe", pod.object, pod.namespace)],
  });
}
