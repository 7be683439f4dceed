import { type Safe, safe, sliceSafe } from "../../safe.ts";
import { compareNames } from "../cluster/read.ts";
import type { ClusterState, Container, Pod, Workload } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { linesBy } from "./log-lines.ts";
import { CONTRADICTION, type Fact, kubectl, ODD, suspect, WITNESSED } from "./suspect.ts";

const IN_USE =
  /(?:address|port)\b[^\n]{0,60}?\balready in use|EADDRINUSE|PortInUseException|Address in use|bind: address already/iu;
const PORT = /\bport:? (?<port>\d{2,5})\b|:(?<after>\d{2,5})\b/iu;
const MAX_CITED = 3;

/** Two programs of one pod that want the same port, so that one of them cannot start. */
export function runtimePorts(state: ClusterState): readonly Finding[] {
  const told = linesBy(state, IN_USE);
  return state.workloads.flatMap((workload) => {
    const pod = workload.pods.find((each) => !each.isReady && !each.isTerminating);
    if (pod === undefined) return [];
    const lines = told.get(workload.service) ?? [];
    const port = portIn(lines.at(-1)?.event.body ?? null);
    const declared = sharedPort(pod);
    if (lines.length === 0 && declared === null) return [];
    const ids = lines.slice(-MAX_CITED).map(({ event }) => event.id);
    return [toFinding(workload, { pod, ids, port: port ?? declared?.port ?? null, declared })];
  });
}

interface Clash {
  readonly pod: Pod;
  readonly ids: Fact["ids"];
  readonly port: Safe | null;
  readonly declared: Shared | null;
}

interface Shared {
  readonly port: Safe;
  readonly names: readonly Safe[];
}

function portIn(body: Safe | null): Safe | null {
  const at = body === null ? null : IN_USE.exec(body);
  if (body === null || at === null) return null;
  const start = Math.max(0, at.index - 20);
  const near = sliceSafe(body, start, at.index + at[0].length + 40);
  const match = PORT.exec(near);
  const digits = match?.groups?.["port"] ?? match?.groups?.["after"];
  if (digits === undefined) return null;
  const from = near.indexOf(digits);
  return sliceSafe(near, from, from + digits.length);
}

/** A port that two containers of one pod declare: they share one network. */
function sharedPort({ containers }: Pod): Shared | null {
  const declared = containers
    .filter(({ isInit }) => !isInit)
    .flatMap(({ name, ports }) => ports.map(({ port, protocol }) => ({ name, key: safe`${port}`, protocol })));
  const groups = [...Map.groupBy(declared, ({ key, protocol }) => `${key}/${protocol}`)]
    .filter(([, group]) => new Set(group.map(({ name }) => name)).size > 1)
    .toSorted(([a], [b]) => compareNames(a, b));
  const [first] = groups[0]?.[1] ?? [];
  return first === undefined ? null : { port: first.key, names: groups[0]?.[1].map(({ name }) => name) ?? [] };
}

function toFinding(workload: Workload, { pod, ids, port, declared }: Clash): Finding {
  const programs = pod.containers.filter(({ isInit }: Container) => !isInit);
  const hasSidecar = programs.length > 1;
  const where = port === null ? safe`a port` : safe`port ${port}`;
  const facts: Fact[] = [];
  if (ids.length > 0)
    facts.push({
      signal: "port-in-use",
      family: "effect",
      points: WITNESSED + 2 * ODD,
      because: safe`its log says that ${where} is already in use, in a pod of ${programs.length} containers`,
      ids,
    });
  if (declared !== null)
    facts.push({
      signal: "port-declared-twice",
      family: "declared",
      points: CONTRADICTION,
      because: safe`two containers of the pod declare ${where}`,
      ids: [pod.id],
    });
  facts.push({
    signal: "pod-not-ready",
    family: "reported",
    points: ODD,
    because: safe`${pod.object} is not ready`,
    ids: [pod.id],
  });
  return suspect({
    service: workload.service,
    kind: "configuration",
    detail: hasSidecar ? safe`service-sidecar-port-conflict` : safe`port-conflict`,
    object: workload.object,
    summary: safe`${workload.object} cannot start: ${where} is already in use inside its pod`,
    facts,
    nextChecks: [kubectl("logs", pod.object, pod.namespace), kubectl("describe", pod.object, pod.namespace)],
  });
}
