import { cutSafe, type Safe, safe } from "../../safe.ts";
import type { ClusterEvent, ClusterState, Container, Pod, Workload } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { failuresOf, type Probe, probesOf } from "./probes.ts";
import { CONTRADICTION, type Fact, kubectl, ODD, some, suspect, WITNESSED } from "./suspect.ts";

/** What is wrong with a probe itself. */
interface Fault {
  readonly detail: "port" | "protocol" | "timing";
  readonly points: number;
  readonly because: Safe;
}

/** Answers of another protocol than the one that the probe speaks. */
const OTHER_PROTOCOL =
  /malformed HTTP|HTTP\/1\.x transport connection broken|gave HTTP response to HTTPS client|does not look like a TLS handshake|server preface|frame too large|status: Unimplemented|code = Unimplemented|unexpected HTTP status code received from server/iu;
const NOT_LISTENING = /connection refused|no route to host/iu;
/** Kubernetes gives up after thirty seconds unless told otherwise (three tries, ten seconds apart); less is a choice. */
const USUAL_PATIENCE_S = 30;
const MAX_QUOTE = 120;

/** Healthy containers that are restarted, or kept from traffic, because their probe asks the wrong port, protocol or too early. */
export function runtimeProbes(state: ClusterState): readonly Finding[] {
  return state.workloads.flatMap((workload) =>
    // Pods of one workload fail alike: the first that does speaks for all.
    workload.pods.flatMap((pod) => ofPod(pod, workload, state)).slice(0, 2),
  );
}

function ofPod(pod: Pod, workload: Workload, state: ClusterState): readonly Finding[] {
  if (pod.isTerminating) return [];
  return pod.containers.flatMap((container) => {
    // A sidecar that is put in may rewrite a probe to its own port; the template says what was meant.
    const declared = workload.containers.find(({ name }) => name === container.name) ?? container;
    return probesOf(declared).flatMap((probe) => {
      const [newest] = failuresOf(probe.kind, pod, state);
      if (newest === undefined || !hurts(probe, container)) return [];
      const passing = probesOf(declared).filter(({ kind }) => failuresOf(kind, pod, state).length === 0);
      const fault = faultOf(probe, { container, declared, newest, passing });
      return fault === null ? [] : [toFinding(fault, { workload, pod, probe, newest })];
    });
  });
}

/** True while the probe's failures show: restarts for liveness and startup, a container that is not ready for readiness. */
function hurts({ kind }: Probe, { status }: Container): boolean {
  if (status === null) return false;
  return kind === "readiness" ? status.isRunning && !status.isReady : status.restarts > 0;
}

interface Failing {
  readonly container: Container;
  readonly declared: Container;
  readonly newest: ClusterEvent;
  /** Other probes of the container that the node does not complain about. */
  readonly passing: readonly Probe[];
}

function faultOf(probe: Probe, failing: Failing): Fault | null {
  return protocolFault(probe, failing) ?? portFault(probe, failing) ?? timingFault(probe, failing);
}

function protocolFault({ protocol, port }: Probe, { newest, passing }: Failing): Fault | null {
  if (OTHER_PROTOCOL.test(newest.note))
    return {
      detail: "protocol",
      points: CONTRADICTION,
      because: safe`it speaks ${protocol}, and the answer is of another protocol`,
    };
  // A port that only has to be open answers in every protocol, and who is refused has not spoken yet.
  if (port === null || protocol === "tcp" || NOT_LISTENING.test(newest.note)) return null;
  const other = passing.find((each) => each.port === port && each.protocol !== protocol);
  if (other === undefined) return null;
  const because = safe`it speaks ${protocol} to port ${port}, where another probe speaks ${other.protocol} and passes`;
  return { detail: "protocol", points: 3 * ODD, because };
}

function portFault({ port }: Probe, { container, declared }: Failing): Fault | null {
  const ports = [...declared.ports, ...container.ports];
  if (port === null || ports.length === 0) return null;
  if (ports.some((each) => String(each.port) === port || each.name === port)) return null;
  const offered = some([...new Set(ports.map((each) => safe`${each.port}`))]);
  return {
    detail: "port",
    points: CONTRADICTION,
    because: safe`it asks port ${port}, and the container declares ${offered}`,
  };
}

function timingFault({ kind, patienceS }: Probe, { container, declared }: Failing): Fault | null {
  // A program that ends for lack of memory is not killed by its probe.
  if (kind === "readiness" || container.status?.ended?.reason === "OOMKilled") return null;
  const startsIn = probesOf(declared).find((each) => each.kind === "readiness")?.delayS ?? 0;
  if (patienceS < Math.max(USUAL_PATIENCE_S, startsIn))
    return { detail: "timing", points: 3 * ODD, because: safe`it gives up ${patienceS} s after the start` };
  if (container.status?.isReady !== false) return null;
  const because = safe`the container is stopped ${patienceS} s after each start and was not ready before`;
  return { detail: "timing", points: ODD, because };
}

interface Place {
  readonly workload: Workload;
  readonly pod: Pod;
  readonly probe: Probe;
  readonly newest: ClusterEvent;
}

function toFinding({ detail, points, because }: Fault, { workload, pod, probe, newest }: Place): Finding {
  const kind =
    probe.kind === "readiness" ? safe`readiness` : probe.kind === "liveness" ? safe`liveness` : safe`startup`;
  const effect =
    probe.kind === "readiness"
      ? safe`the pod runs but gets no traffic`
      : safe`a container that may be healthy is restarted`;
  const what = detail === "port" ? safe`port` : detail === "protocol" ? safe`protocol` : safe`timing`;
  const facts: readonly Fact[] = [
    {
      signal: "probe-cannot-succeed",
      family: "declared",
      points,
      because: safe`${kind} probe: ${because}`,
      ids: [workload.id, pod.id],
    },
    {
      signal: "probe-fails",
      family: "effect",
      points: WITNESSED,
      because: safe`the node reports "${cutSafe(newest.note, MAX_QUOTE)}" ${newest.count} times`,
      ids: [newest.id],
    },
  ];
  return suspect({
    service: workload.service,
    kind: "configuration",
    detail: safe`${kind}-probe-incorrect-${what}`,
    object: workload.object,
    summary: safe`the ${kind} probe of ${workload.object} cannot succeed: ${because}; ${effect}`,
    facts,
    nextChecks: [kubectl("describe", pod.object, pod.namespace), kubectl("logs", pod.object, pod.namespace)],
    firstAtMs: null,
  });
}
