import { parseAllDocuments } from "yaml";
import { z } from "zod";
import type { Json } from "../../../src/core/event.ts";
import { type Answer, isClusterWide, kindOf } from "./cache.ts";
import { described } from "./manifests.ts";
import type { Manifest } from "./pods.ts";
import { table } from "./text.ts";

type Raw = Json<string>;

/** An object as it was read, and where. */
export interface Found {
  readonly kind: string;
  readonly name: string;
  readonly manifest: Manifest;
  readonly ref: string;
}

const Value: z.ZodType<Raw> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(Value), z.record(z.string(), Value)]),
);
const Document = z.record(z.string(), Value);

/** Every object that the answers tell of, each once, as the API shapes it, and the records of our own kinds. */
export function objectsOf(answers: readonly Answer[]): readonly Found[] {
  const applied = answers.filter(({ tool, text }) => tool === "GetAppYAML" && text !== "").flatMap(appliedIn);
  const declared = new Map(applied.map(({ manifest, kind, name }) => [`${kind}/${name}`, manifest]));
  const live = new Map<string, Found>();
  // What was printed as YAML is complete, so it stands above what was described.
  const ordered = answers.toSorted((a, b) => Number(a.about.output_yaml) - Number(b.about.output_yaml));
  for (const found of ordered.flatMap(liveIn)) live.set(`${found.kind}/${found.name}`, found);
  return [
    ...[...live].map(([key, found]) => ({ ...found, manifest: completed(found.manifest, declared.get(key)) })),
    ...applied.map(asApplied),
    ...answers.flatMap(listIn),
    ...answers.flatMap(nodeServiceIn),
    ...answers.flatMap(connectivityIn),
  ];
}

function liveIn({ tool, about, text, ref }: Answer): readonly Found[] {
  const kind = kindOf(about.resource_type);
  if (kind === null || text === "" || about.name === "") return [];
  if (tool === "DescribeResource" && about.resource_type !== "networkpolicies") {
    const name = about.name;
    return [{ kind, name, manifest: described(kind, text), ref }];
  }
  if (tool !== "GetResources" || !about.output_yaml) return [];
  return documentsOf(text).map((manifest) => ({ kind, name: about.name, manifest: withKind(manifest, kind), ref }));
}

function withKind(manifest: Manifest, kind: string): Manifest {
  return { ...manifest, kind };
}

function appliedIn({ text, ref }: Answer): readonly Found[] {
  return documentsOf(text).flatMap((manifest) => {
    const { kind, metadata } = manifest;
    const name = Document.safeParse(metadata).data?.["name"];
    return typeof kind === "string" && typeof name === "string" ? [{ kind, name, manifest, ref }] : [];
  });
}

function asApplied({ kind, name, manifest, ref }: Found): Found {
  const namespace = Document.safeParse(manifest["metadata"]).data?.["namespace"];
  const metadata = { name: `${kind}:${name}`, ...(typeof namespace === "string" ? { namespace } : {}) };
  const outer = { kind: "AppliedManifest", metadata, spec: { manifest } };
  return { kind: "AppliedManifest", name: `${kind}:${name}`, manifest: outer, ref };
}

function documentsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const parsed = Document.safeParse(document.toJS());
    return parsed.success ? [parsed.data] : [];
  });
}

/** What `describe` does not print at all, so that it is taken from what was applied. */
const UNPRINTED = {
  pod: ["affinity", "topologySpreadConstraints", "imagePullSecrets", "securityContext", "dnsPolicy", "dnsConfig"],
  claim: ["accessModes", "resources", "selector"],
};

function completed(live: Manifest, declared: Manifest | undefined): Manifest {
  if (declared === undefined) return live;
  const [spec, wished] = [fields(live["spec"]), fields(declared["spec"])];
  if (live["kind"] === "PersistentVolumeClaim") return { ...live, spec: filled(spec, wished, UNPRINTED.claim) };
  const [template, wishedTemplate] = [fields(spec["template"]), fields(wished["template"])];
  if (Object.keys(template).length === 0) return live;
  const podSpec = filled(fields(template["spec"]), fields(wishedTemplate["spec"]), UNPRINTED.pod);
  return { ...live, spec: { ...spec, template: { ...template, spec: podSpec } } };
}

function fields(json: Raw | undefined): Manifest {
  return Document.safeParse(json).data ?? {};
}

function filled(live: Manifest, declared: Manifest, names: readonly string[]): Manifest {
  const missing = names.filter((name) => live[name] === undefined && declared[name] !== undefined);
  return { ...live, ...Object.fromEntries(missing.map((name) => [name, declared[name] ?? null])) };
}

/** "All Secrets of the namespace": an empty answer says that there are none, one that failed says nothing. */
function listIn({ tool, about, text, ref }: Answer): readonly Found[] {
  const kind = kindOf(about.resource_type);
  const isTable = text.startsWith("NAME");
  if (tool !== "GetResources" || kind === null || !asksForAll(about) || !(isTable || isNothing(text))) return [];
  const items = isTable ? table(text).map((row) => ({ metadata: { name: row["NAME"] ?? "" } })) : [];
  const name = about.namespace === "" ? "all" : about.namespace;
  const metadata = { name, ...(isClusterWide(kind) ? {} : { namespace: about.namespace }) };
  const manifest = { kind: `${kind}List`, metadata, items };
  return [{ kind: `${kind}List`, name, manifest, ref }];
}

function asksForAll({ name, output_wide: isWide, show_labels: isLabelled, label_selector: selector }: Answer["about"]) {
  return name === "" && !isWide && !isLabelled && selector === "";
}

function isNothing(text: string): boolean {
  return text === "" || text.startsWith("No resources found");
}

/** "Active: inactive (dead) since …" */
function nodeServiceIn({ tool, about, text, ref }: Answer): readonly Found[] {
  if (tool !== "CheckNodeServiceStatus") return [];
  const [, active = "unknown", sub = "unknown"] = /Active: (\S+) \(([^)]*)\)/u.exec(text) ?? [];
  const name = `${about.node_name}:${about.service_name}`;
  const spec = { nodeName: about.node_name, serviceName: about.service_name };
  const manifest = { kind: "NodeService", metadata: { name }, spec, status: { active, sub } };
  return [{ kind: "NodeService", name, manifest, ref }];
}

/** One check a line pair: "… deployed on <node>: host (ip:port) open", "Connection Succeeded". */
function connectivityIn({ tool, about, text, ref }: Answer): readonly Found[] {
  if (tool !== "CheckServiceConnectivity") return [];
  const { service_name: serviceName, namespace } = about;
  const port = Number(about.port);
  const parts = text
    .split(/^(?=Debug Pod test results)/mu)
    .filter((part) => /Connection (?:Succeeded|Failed)/u.test(part));
  return parts.map((part) => {
    const from = /deployed on (\S+?):/u.exec(part)?.[1] ?? null;
    const name = `${serviceName}:${port}${from === null ? "" : `:${from}`}`;
    const status = { reachable: part.includes("Connection Succeeded"), message: part.trim().slice(0, 300) };
    const manifest = {
      kind: "ConnectivityCheck",
      metadata: { name, namespace },
      spec: { serviceName, port, from },
      status,
    };
    return { kind: "ConnectivityCheck", name, manifest, ref };
  });
}
