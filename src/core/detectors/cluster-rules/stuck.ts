import { type Safe, safe } from "../../safe.ts";
import { compareNames } from "../cluster/read.ts";
import type { ClusterEvent, ClusterState, Pod, Workload } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { type Fact, kubectl, ODD, suspect } from "./suspect.ts";

/** What the cluster's own words for standing still amount to, where nothing more exact is known. */
const MEANINGS: ReadonlyMap<string, { readonly detail: Safe; readonly what: Safe }> = new Map([
  ["FailedScheduling", { detail: safe`unschedulable`, what: safe`no node takes its pod` }],
  ["FailedCreate", { detail: safe`pod-creation-refused`, what: safe`its pods are not created` }],
  ["FailedMount", { detail: safe`volume-mount-failure`, what: safe`a volume cannot be mounted` }],
  ["FailedAttachVolume", { detail: safe`volume-attach-failure`, what: safe`a volume cannot be attached` }],
  ["FailedCreatePodSandBox", { detail: safe`sandbox-failure`, what: safe`the node cannot create the pod's sandbox` }],
  ["Failed", { detail: safe`container-start-failure`, what: safe`a container cannot be started` }],
  ["FailedPostStartHook", { detail: safe`start-hook-failure`, what: safe`its start hook fails` }],
]);

/** Workloads that stand still for a reason that no other rule knows: the object is right even where the cause stays general. */
export function stuck(state: ClusterState): readonly Finding[] {
  return state.workloads.flatMap((workload) => {
    const { desired, ready } = workload;
    if (desired === null || desired <= (ready ?? workload.pods.filter(({ isReady }) => isReady).length)) return [];
    const [event] = complaintsOf(workload, state);
    return event === undefined ? [] : [toFinding(workload, event)];
  });
}

/** Warnings about its pods that are not ready and about what makes them; the most repeated first. */
function complaintsOf({ object, pods, replicaSets, desired }: Workload, state: ClusterState): readonly ClusterEvent[] {
  const waiting = pods.filter((pod: Pod) => !pod.isReady && !pod.isTerminating);
  const isMissing = desired !== null && pods.length < desired;
  const makers = isMissing ? [object, ...replicaSets.slice(0, 1).map((each) => each.object)] : [];
  return [...makers, ...waiting.map((pod) => pod.object)]
    .flatMap((each) => state.eventsOf(each))
    .filter(({ isWarning, reason }) => isWarning && MEANINGS.has(reason))
    .toSorted((a, b) => b.count - a.count || b.atMs - a.atMs || compareNames(a.id, b.id));
}

function toFinding({ service, object, namespace, desired, ready, id }: Workload, event: ClusterEvent): Finding {
  const { detail, what } = MEANINGS.get(event.reason) ?? { detail: safe`not-ready`, what: safe`it is not ready` };
  const facts: readonly Fact[] = [
    {
      signal: "stands-still",
      family: "declared",
      points: ODD,
      because: safe`${ready ?? 0} of ${desired ?? 0} pods of ${object} are ready`,
      ids: [id],
    },
    {
      signal: "cluster-complains",
      family: "reported",
      points: ODD,
      because: safe`the cluster says (×${event.count}): ${event.note}`,
      ids: [event.id],
    },
  ];
  return suspect({
    service,
    kind: "scheduling",
    detail,
    object,
    summary: safe`${service} is not ready: ${what}`,
    facts,
    nextChecks: [kubectl("describe", object, namespace)],
  });
}
