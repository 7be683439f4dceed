import { safe } from "../../safe.ts";
import { listAt, numberAt, textAt } from "../cluster/read.ts";
import type { ClusterEvent, ClusterState, Workload } from "../cluster/state.ts";
import { kubectl, suspect } from "../cluster-rules/suspect.ts";
import type { Finding } from "../finding.ts";

/** A rollout past its deadline is seen, not inferred; what keeps it says more, so everything that knows stands before it. */
const STALLED = 250;

/** Deployments whose rollout is past its deadline and that are short of replicas now, where no crash says why already. */
export function stalledRollouts(state: ClusterState, crashes: readonly Finding[]): readonly Finding[] {
  const explained = new Set(crashes.flatMap(({ service }) => service ?? []));
  return state.workloads.flatMap((workload) => {
    if (explained.has(workload.service) || !isShort(workload)) return [];
    const event = state.eventsOf(workload.object).find(({ reason }) => reason === "ProgressDeadlineExceeded") ?? null;
    return event === null && !isPastDeadline(workload) ? [] : [toFinding(workload, event)];
  });
}

function isShort({ desired, ready, manifest }: Workload): boolean {
  const unavailable = numberAt(manifest, "status", "unavailableReplicas") ?? 0;
  return unavailable > 0 || (desired !== null && ready !== null && ready < desired);
}

function isPastDeadline({ manifest }: Workload): boolean {
  return listAt(manifest, "status", "conditions").some(
    (each) => textAt(each, "type") === "Progressing" && textAt(each, "reason") === "ProgressDeadlineExceeded",
  );
}

function toFinding(workload: Workload, event: ClusterEvent | null): Finding {
  const said = event === null ? safe`` : safe`: ${event.note}`;
  const count = safe`${workload.ready ?? 0} of ${workload.desired ?? 0} replicas are ready`;
  return suspect({
    service: workload.service,
    kind: "configuration",
    detail: safe`rollout-stalled`,
    object: workload.object,
    summary: safe`the rollout of ${workload.object} is past its deadline; ${count}`,
    facts: [
      {
        signal: "rollout-is-stalled",
        family: "declared",
        points: STALLED,
        because: safe`${count}, and the rollout is past its deadline${said}`,
        ids: event === null ? [workload.id] : [workload.id, event.id],
      },
    ],
    nextChecks: [
      safe`kubectl rollout status ${workload.object} -n ${workload.namespace ?? safe`default`}`,
      kubectl("describe", workload.object, workload.namespace),
    ],
  });
}
