import type { Json } from "../../../src/core/event.ts";
import { type Manifest, podSpec, podStatus } from "./pods.ts";
import { below, type Line, labels, pair, pairs, rows, toTree, value, values } from "./text.ts";

type Raw = Json<string>;

/** An object of the cluster out of `kubectl describe`, in the shape of the API. */
export function described(kind: string, text: string): Manifest {
  const lines = toTree(text);
  return { kind, metadata: metadata(lines), ...BODIES[kind]?.(lines, text) };
}

function metadata(lines: readonly Line[]): Manifest {
  const [ownerKind = "", ownerName] = (value(lines, "Controlled By") ?? "").split("/");
  const created = Date.parse(value(lines, "CreationTimestamp") ?? value(lines, "Start Time") ?? "");
  const isTerminating = value(lines, "Status")?.startsWith("Terminating") === true;
  const entries: readonly (readonly [string, Raw])[] = [
    ["namespace", value(lines, "Namespace")],
    ["ownerReferences", ownerName === undefined ? null : [{ kind: ownerKind, name: ownerName, controller: true }]],
    ["creationTimestamp", Number.isNaN(created) ? null : new Date(created).toISOString()],
    ["deletionTimestamp", isTerminating ? "unknown" : null],
  ];
  return {
    name: value(lines, "Name") ?? "",
    labels: labels(values(lines, "Labels")),
    annotations: annotations(lines),
    ...Object.fromEntries(entries.filter(([, said]) => said !== null)),
  };
}

function annotations(lines: readonly Line[]): Manifest {
  const found = values(lines, "Annotations").flatMap((text) => [pair(text)].filter((each) => each !== null));
  return Object.fromEntries(found);
}

const BODIES: Readonly<Record<string, (lines: readonly Line[], text: string) => Manifest>> = {
  Pod: (lines) => ({ spec: podSpec(lines), status: podStatus(lines) }),
  Deployment: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  ReplicaSet: workload,
  Service: service,
  Endpoints: endpoints,
  Node: node,
  PersistentVolumeClaim: claim,
  PersistentVolume: persistentVolume,
  StorageClass: (lines) => ({
    provisioner: value(lines, "Provisioner") ?? "",
    volumeBindingMode: value(lines, "VolumeBindingMode") ?? "",
  }),
  ResourceQuota: (_lines, text) => quota(text),
  Namespace: (lines) => ({ status: { phase: value(lines, "Status") ?? "" } }),
  ServiceAccount: (lines) => ({ imagePullSecrets: values(lines, "Image pull secrets").map((name) => ({ name })) }),
  Secret: (lines) => ({
    type: value(lines, "Type") ?? "",
    data: Object.fromEntries(
      lines.flatMap(({ text }) => (/:\s+\d+ bytes$/u.test(text) ? [[pair(text)?.[0] ?? "", ""]] : [])),
    ),
  }),
  ConfigMap: (_lines, text) => ({ data: sections(text) }),
};

function workload(lines: readonly Line[]): Manifest {
  const template = below(lines, "Pod Template");
  const counts = value(lines, "Replicas") ?? "";
  const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`, "u").exec(counts)?.[1] ?? 0);
  const running = /(\d+) Running/u.exec(value(lines, "Pods Status") ?? "")?.[1];
  const wanted = value(lines, "Desired Number of Nodes Scheduled");
  return {
    spec: {
      ...(counts === "" ? {} : { replicas: count("desired") }),
      selector: { matchLabels: labels(values(lines, "Selector")) },
      template: { metadata: { labels: labels(values(template, "Labels")) }, spec: podSpec(template) },
    },
    status: {
      replicas: count("(?:total|current)"),
      ...(counts.includes("available")
        ? { readyReplicas: count("available"), unavailableReplicas: count("unavailable") }
        : {}),
      ...(wanted === null ? {} : { desiredNumberScheduled: Number(wanted), numberReady: Number(running ?? 0) }),
      conditions: rows(below(lines, "Conditions")).map(([type = "", status = "", reason = ""]) => ({
        type,
        status,
        reason,
      })),
    },
  };
}

function service(lines: readonly Line[]): Manifest {
  const selector = labels(values(lines, "Selector"));
  const ports: Record<string, Raw>[] = [];
  for (const { text } of lines) {
    const [key = "", said = ""] = pair(text) ?? [];
    if (key === "Port") ports.push(servicePort(said));
    Object.assign(ports.at(-1) ?? {}, PORT_LINES[key]?.(said));
  }
  return { spec: { type: value(lines, "Type") ?? "", clusterIP: value(lines, "IP") ?? "None", selector, ports } };
}

/** Lines that belong to the port above them: "8080/TCP", "http  30080/TCP". */
const PORT_LINES: Readonly<Record<string, (said: string) => Manifest>> = {
  TargetPort: (said) => {
    const [target = said, protocol] = said.split("/");
    return { targetPort: numeric(target), ...(protocol === undefined ? {} : { protocol }) };
  },
  NodePort: (said) => ({ nodePort: numeric(said.split(/\s+/u).at(-1)?.split("/")[0] ?? "") }),
};

/** "grpc  9555/TCP", "<unset>  80/TCP" */
function servicePort(text: string): Record<string, Raw> {
  const [first = "", second] = text.split(/\s+/u);
  const [port = "", protocol = "TCP"] = (second ?? first).split("/");
  return { ...(second === undefined || first === "<unset>" ? {} : { name: first }), port: numeric(port), protocol };
}

function numeric(text: string): Raw {
  return /^\d+$/u.test(text) ? Number(text) : text;
}

function endpoints(lines: readonly Line[]): Manifest {
  const subset = below(lines, "Subsets");
  if (subset.length === 0) return { subsets: [] };
  const ips = (key: string) => (value(subset, key) ?? "").split(",").filter((ip) => ip !== "");
  const ports = rows(below(subset, "Ports")).flatMap(([name = "", port = "", protocol = ""]) => ({
    ...(name === "<unset>" ? {} : { name }),
    port: numeric(port),
    protocol,
  }));
  return {
    subsets: [
      {
        addresses: ips("Addresses").map((ip) => ({ ip })),
        notReadyAddresses: ips("NotReadyAddresses").map((ip) => ({ ip })),
        ports,
      },
    ],
  };
}

function node(lines: readonly Line[]): Manifest {
  return {
    spec: {
      unschedulable: value(lines, "Unschedulable") === "true",
      taints: values(lines, "Taints").flatMap((text) => {
        const match = /^([^=:\s]+)(?:=([^:\s]*))?:(\w+)$/u.exec(text);
        return match === null ? [] : [{ key: match[1] ?? "", value: match[2] ?? "", effect: match[3] ?? "" }];
      }),
    },
    status: {
      conditions: rows(below(lines, "Conditions")).map(
        ([type = "", status = "", , changed = "", reason = "", ...rest]) => ({
          type,
          status,
          lastTransitionTime: changed,
          reason,
          message: rest.join("  "),
        }),
      ),
      capacity: pairs(below(lines, "Capacity")),
      allocatable: pairs(below(lines, "Allocatable")),
      addresses: below(lines, "Addresses").flatMap(({ text }) => {
        const [type, address] = pair(text) ?? ["", ""];
        return [{ type, address }];
      }),
    },
  };
}

const MODES: Readonly<Record<string, string>> = {
  RWO: "ReadWriteOnce",
  ROX: "ReadOnlyMany",
  RWX: "ReadWriteMany",
  RWOP: "ReadWriteOncePod",
};

function modes(lines: readonly Line[]): readonly string[] {
  const said = value(lines, "Access Modes") ?? "";
  return said.split(",").flatMap((mode) => (mode === "" ? [] : [MODES[mode] ?? mode]));
}

function claim(lines: readonly Line[]): Manifest {
  return {
    spec: {
      storageClassName: value(lines, "StorageClass") ?? "",
      ...(value(lines, "Volume") === null ? {} : { volumeName: value(lines, "Volume") }),
    },
    status: {
      phase: value(lines, "Status") ?? "",
      accessModes: modes(lines),
      ...(value(lines, "Capacity") === null ? {} : { capacity: { storage: value(lines, "Capacity") } }),
    },
  };
}

function persistentVolume(lines: readonly Line[]): Manifest {
  const [namespace, name] = (value(lines, "Claim") ?? "").split("/");
  return {
    spec: {
      storageClassName: value(lines, "StorageClass") ?? "",
      accessModes: modes(lines),
      capacity: { storage: value(lines, "Capacity") ?? "" },
      persistentVolumeReclaimPolicy: value(lines, "Reclaim Policy") ?? "",
      ...(name === undefined ? {} : { claimRef: { namespace: namespace ?? "", name } }),
    },
    status: { phase: value(lines, "Status") ?? "" },
  };
}

function quota(text: string): Manifest {
  const found = text.split("\n").flatMap((each) => {
    const [resource = "", used = "", hard = ""] = each.trim().split(/\s{2,}/u);
    return /^\d/u.test(used) && /^\d/u.test(hard) ? [{ resource, used, hard }] : [];
  });
  const hard = Object.fromEntries(found.map((each) => [each.resource, each.hard]));
  return {
    spec: { hard },
    status: { hard, used: Object.fromEntries(found.map((each) => [each.resource, each.used])) },
  };
}

/** The keys and texts of a config map: "key:", a row of dashes, then its text. */
function sections(text: string): Record<string, string> {
  const body = text.split("\nBinaryData\n")[0] ?? "";
  const parts = body.split(/^(\S+):\n----\n/mu).slice(1);
  return Object.fromEntries(
    parts.flatMap((key, index) => (index % 2 === 0 ? [[key, (parts[index + 1] ?? "").trim()]] : [])),
  );
}
