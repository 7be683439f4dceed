import type { Json } from "../../../src/core/event.ts";
import { below, type Line, labels, line, pair, pairs, rows, value, values } from "./text.ts";

type Raw = Json<string>;
export type Manifest = { readonly [key: string]: Raw };

/** What `describe` shows of a pod, or of a pod template, as the API's pod spec. */
export function podSpec(lines: readonly Line[]): Manifest {
  const node = value(lines, "Node");
  return {
    ...(value(lines, "Service Account") === null ? {} : { serviceAccountName: value(lines, "Service Account") }),
    ...(node === null ? {} : { nodeName: node.split("/")[0] ?? "" }),
    nodeSelector: labels(values(lines, "Node-Selectors").filter((text) => text !== "<none>")),
    tolerations: values(lines, "Tolerations")
      .filter((text) => text !== "<none>")
      .map(toleration),
    containers: below(lines, "Containers").map(container),
    initContainers: below(lines, "Init Containers").map(container),
    volumes: below(lines, "Volumes").map(volume),
  };
}

/** "node.kubernetes.io/not-ready:NoExecute op=Exists for 300s", "critical=true:NoSchedule" */
function toleration(text: string): Raw {
  const {
    key = "",
    given,
    effect,
    operator,
  } = /^(?<key>[^=:\s]*)(?:=(?<given>[^:\s]*))?(?::(?<effect>\w+))?(?:\s+op=(?<operator>\w+))?/u.exec(text)?.groups ??
  {};
  const said = [
    ["value", given],
    ["effect", effect],
  ] as const;
  return {
    key,
    ...Object.fromEntries(said.filter(([, each]) => each !== undefined)),
    operator: operator ?? (given === undefined ? "Exists" : "Equal"),
  };
}

function container({ text, children }: Line): Raw {
  const ports = value(children, "Ports") ?? value(children, "Port");
  return {
    name: pair(text)?.[0] ?? text,
    image: value(children, "Image") ?? "",
    ports: (ports ?? "").split(", ").flatMap(port),
    ...(line(children, "Command") === null ? {} : { command: below(children, "Command").map((each) => each.text) }),
    ...(line(children, "Args") === null ? {} : { args: below(children, "Args").map((each) => each.text) }),
    resources: { limits: pairs(below(children, "Limits")), requests: pairs(below(children, "Requests")) },
    env: below(children, "Environment").map(variable),
    envFrom: below(children, "Environment Variables from").flatMap(source),
    volumeMounts: below(children, "Mounts").flatMap(mount),
    ...probe(children, "Liveness", "livenessProbe"),
    ...probe(children, "Readiness", "readinessProbe"),
    ...probe(children, "Startup", "startupProbe"),
  };
}

/** "9555/TCP", "http/8080/TCP" is not printed by kubectl, so two parts it is. */
function port(text: string): readonly Raw[] {
  const match = /^(\d+)\/(\w+)$/u.exec(text.trim());
  return match === null ? [] : [{ containerPort: Number(match[1]), protocol: match[2] ?? "TCP" }];
}

function variable({ text }: Line): Raw {
  const [name, said] = pair(text) ?? [text, ""];
  const set = /^<set to the key '(.+)' (?:in secret|of config map) '(.+)'>\s*(?:Optional: (\w+))?/u.exec(said);
  if (set !== null) {
    const reference = { name: set[2] ?? "", key: set[1] ?? "", optional: set[3] === "true" };
    return {
      name,
      valueFrom: said.includes("in secret") ? { secretKeyRef: reference } : { configMapKeyRef: reference },
    };
  }
  const field = /^\s*\((\S+:\S+)\)$/u.exec(said);
  return field === null ? { name, value: said } : { name, valueFrom: { fieldRef: { fieldPath: field[1] ?? "" } } };
}

/** "nacos-mysql  Secret  Optional: false" */
function source({ text }: Line): readonly Raw[] {
  const [name = "", kind = "", said = ""] = text.split(/\s{2,}/u);
  const reference = { name, optional: said.endsWith("true") };
  if (kind === "Secret") return [{ secretRef: reference }];
  return kind === "ConfigMap" ? [{ configMapRef: reference }] : [];
}

/** "/data from redis-data (rw)" */
function mount({ text }: Line): readonly Raw[] {
  const match = /^(\S+) from (\S+) \((ro|rw)(?:,path="([^"]*)")?\)/u.exec(text);
  return match === null ? [] : [{ mountPath: match[1] ?? "", name: match[2] ?? "", readOnly: match[3] === "ro" }];
}

function volume({ text, children }: Line): Raw {
  const kind = (value(children, "Type") ?? "").split(" ")[0] ?? "";
  return { name: pair(text)?.[0] ?? text, ...VOLUMES[kind]?.(children) };
}

const VOLUMES: Readonly<Record<string, (lines: readonly Line[]) => Manifest>> = {
  PersistentVolumeClaim: (lines) => ({ persistentVolumeClaim: { claimName: value(lines, "ClaimName") ?? "" } }),
  Secret: (lines) => ({ secret: { secretName: value(lines, "SecretName") ?? "", ...optional(lines) } }),
  ConfigMap: (lines) => ({ configMap: { name: value(lines, "Name") ?? "", ...optional(lines) } }),
  EmptyDir: () => ({ emptyDir: {} }),
  HostPath: (lines) => ({ hostPath: { path: value(lines, "Path") ?? "" } }),
  Projected: () => ({ projected: {} }),
};

function optional(lines: readonly Line[]): Manifest {
  return { optional: value(lines, "Optional") === "true" };
}

/** "grpc <pod>:9555  delay=5s timeout=1s period=5s #success=1 #failure=3" */
function probe(lines: readonly Line[], key: string, field: string): Manifest {
  const text = value(lines, key);
  if (text === null) return {};
  const number = (name: string) => Number(new RegExp(`${name}=(\\d+)`, "u").exec(text)?.[1] ?? 0);
  const timing = {
    initialDelaySeconds: number("delay"),
    timeoutSeconds: number("timeout"),
    periodSeconds: number("period"),
    successThreshold: number("#success"),
    failureThreshold: number("#failure"),
  };
  return { [field]: { ...probeAction(text), ...timing } };
}

function probeAction(text: string): Manifest {
  const http = /^http-get (https?):\/\/([^:/\s]*):([\w-]*)(\S*)/u.exec(text);
  if (http !== null)
    return { httpGet: { scheme: (http[1] ?? "").toUpperCase(), port: portOf(http[3]), path: http[4] ?? "" } };
  const tcp = /^tcp-socket ([^:\s]*):([\w-]+)/u.exec(text);
  if (tcp !== null) return { tcpSocket: { port: portOf(tcp[2]) } };
  const grpc = /^grpc [^:\s]*:(\d+)(\S*)/u.exec(text);
  if (grpc !== null) return { grpc: { port: portOf(grpc[1]), service: grpc[2] ?? "" } };
  const exec = /^exec \[(.*?)\]/u.exec(text);
  return exec === null ? {} : { exec: { command: (exec[1] ?? "").split(" ") } };
}

function portOf(text: string | undefined): Raw {
  return /^\d+$/u.test(text ?? "") ? Number(text) : (text ?? "");
}

/** What `describe` shows of a pod as the API's pod status. */
export function podStatus(lines: readonly Line[]): Manifest {
  return {
    phase: (value(lines, "Status") ?? "Unknown").replace(/^Terminating.*/u, "Running"),
    ...(value(lines, "IP") === null ? {} : { podIP: value(lines, "IP") }),
    ...(value(lines, "Reason") === null ? {} : { reason: value(lines, "Reason") }),
    ...(value(lines, "Message") === null ? {} : { message: value(lines, "Message") }),
    conditions: rows(below(lines, "Conditions")).map(([type = "", status = ""]) => ({ type, status })),
    containerStatuses: below(lines, "Containers").map(containerStatus),
    initContainerStatuses: below(lines, "Init Containers").map(containerStatus),
  };
}

function containerStatus({ text, children }: Line): Raw {
  return {
    name: pair(text)?.[0] ?? text,
    ready: value(children, "Ready") === "True",
    restartCount: Number(value(children, "Restart Count") ?? 0),
    state: containerState(children, "State"),
    lastState: containerState(children, "Last State"),
  };
}

function containerState(lines: readonly Line[], key: string): Manifest {
  const kind = value(lines, key)?.toLowerCase();
  if (kind === undefined) return {};
  const under = below(lines, key);
  const code = value(under, "Exit Code");
  const entries = [
    ["reason", value(under, "Reason")],
    ["message", value(under, "Message")],
    ["exitCode", code === null ? null : Number(code)],
    ["startedAt", isoOf(value(under, "Started"))],
    ["finishedAt", isoOf(value(under, "Finished"))],
  ] as const;
  return { [kind]: Object.fromEntries(entries.filter(([, said]) => said !== null)) };
}

/** As the API prints instants; null for what is none. */
function isoOf(text: string | null): string | null {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
