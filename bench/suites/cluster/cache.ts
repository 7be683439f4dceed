import { z } from "zod";

/** One answer of a tool, with where it stands in the file. */
export interface Answer {
  readonly tool: string;
  readonly about: About;
  readonly ref: string;
  readonly text: string;
}

const About = z.object({
  resource_type: z.string().default(""),
  name: z.string().default(""),
  namespace: z.string().default(""),
  label_selector: z.string().default(""),
  output_yaml: z.boolean().default(false),
  output_wide: z.boolean().default(false),
  show_labels: z.boolean().default(false),
  app_name: z.string().default(""),
  node_name: z.string().default(""),
  service_name: z.string().default(""),
  port: z.union([z.number(), z.string()]).default(0),
});
type About = z.infer<typeof About>;

/** The recorded answers whose content is text, in the order of the file. */
export function answersOf(cache: Readonly<Record<string, unknown>>): readonly Answer[] {
  return Object.entries(cache).flatMap(([key, text]) => {
    const brace = key.indexOf(":{");
    if (brace < 0 || typeof text !== "string") return [];
    const about = About.parse(JSON.parse(key.slice(brace + 1)));
    return [{ tool: key.slice(0, brace), about, ref: pointer("tool_cache.json", key), text }];
  });
}

/** `FILE#/a/b`, with the signs that a JSON pointer escapes. */
export function pointer(file: string, ...path: readonly (string | number)[]): string {
  const steps = path.map((step) => String(step).replaceAll("~", "~0").replaceAll("/", "~1"));
  return `${file}#/${steps.join("/")}`;
}

const KINDS: Readonly<Record<string, string>> = {
  pods: "Pod",
  pod: "Pod",
  services: "Service",
  service: "Service",
  deployments: "Deployment",
  statefulsets: "StatefulSet",
  statefulset: "StatefulSet",
  daemonsets: "DaemonSet",
  replicasets: "ReplicaSet",
  configmaps: "ConfigMap",
  secrets: "Secret",
  serviceaccounts: "ServiceAccount",
  persistentvolumeclaims: "PersistentVolumeClaim",
  persistentvolumes: "PersistentVolume",
  storageclasses: "StorageClass",
  nodes: "Node",
  namespaces: "Namespace",
  resourcequota: "ResourceQuota",
  networkpolicies: "NetworkPolicy",
  endpoints: "Endpoints",
  rolebindings: "RoleBinding",
  ingresses: "Ingress",
  jobs: "Job",
};

/** "pods" → "Pod"; null for what is no object. */
export function kindOf(resource: string): string | null {
  return KINDS[resource] ?? null;
}

/** Kinds that live in no namespace, although the questions name one. */
export function isClusterWide(kind: string): boolean {
  return ["Node", "PersistentVolume", "StorageClass", "Namespace"].includes(kind);
}
