import { type Safe, safe } from "../../safe.ts";
import { isoToMs } from "../../time.ts";
import { listAt, textAt } from "../cluster/read.ts";
import type { ClusterState, Container, Pod, Workload } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { CONTRADICTION, type Fact, kubectl, suspect, WITNESSED } from "./suspect.ts";

/** The longest pause between restarts that Kubernetes makes is five minutes; three of them show that it goes on. */
const LATELY_MS = 15 * 60_000;

/** Containers that the kernel kills for lack of memory and that are not well now. */
export function runtimeMemory(state: ClusterState): readonly Finding[] {
  return state.workloads.flatMap((workload) => {
    const killed = workload.pods.flatMap((pod) => killedIn(pod, state));
    const [first] = killed;
    return first === undefined ? [] : [toFinding(workload, first)];
  });
}

interface Killed {
  readonly pod: Pod;
  readonly container: Container | null;
  readonly fact: Fact;
}

function killedIn(pod: Pod, state: ClusterState): readonly Killed[] {
  if (pod.isTerminating) return [];
  const byStatus = pod.containers.filter(
    ({ name, status }) =>
      status?.ended?.reason === "OOMKilled" && (!status.isReady || !pod.isReady || killedLately(pod, name, state)),
  );
  const told = state
    .eventsOf(pod.object)
    .find(({ note, isWarning }) => isWarning && /OOM[- ]?killed|memory limit too low/iu.test(note));
  if (told !== undefined && !pod.isReady)
    return [
      {
        pod,
        container: pod.containers[0] ?? null,
        fact: fact(safe`the node says it was killed for lack of memory`, [told.id, pod.id]),
      },
    ];
  return byStatus.map((container) => ({
    pod,
    container,
    fact: fact(
      safe`container ${container.name} was killed for lack of memory; it restarted ${container.status?.restarts ?? 0} times`,
      [pod.id],
    ),
  }));
}

/** Killed a short while before the snapshot: it runs again, and will be killed again. */
function killedLately({ manifest }: Pod, container: Safe, { nowMs }: ClusterState): boolean {
  const status = listAt(manifest, "status", "containerStatuses").find((each) => textAt(each, "name") === container);
  const at = isoToMs(textAt(status, "lastState", "terminated", "finishedAt") ?? "");
  return at !== null && at <= nowMs && nowMs - at < LATELY_MS;
}

function fact(because: Safe, ids: Fact["ids"]): Fact {
  return { signal: "killed-for-memory", family: "reported", points: CONTRADICTION + WITNESSED, because, ids };
}

function toFinding(workload: Workload, { pod, container, fact: reported }: Killed): Finding {
  const limit = textAt(container?.spec, "resources", "limits", "memory");
  const under = limit === null ? safe`` : safe` (limit ${limit})`;
  return suspect({
    service: workload.service,
    kind: "memory",
    detail: safe`oom-killed`,
    object: workload.object,
    summary: safe`${workload.object} exceeds its memory limit${under} and is killed`,
    facts: [reported],
    nextChecks: [kubectl("describe", pod.object, pod.namespace)],
  });
}
