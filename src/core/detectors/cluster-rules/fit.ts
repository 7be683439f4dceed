import type { Json } from "../../event.ts";
import type { Safe } from "../../safe.ts";
import { at, listAt, selects, textAt, textsAt, textsByName } from "../cluster/read.ts";
import type { Node, Pod, Workload } from "../cluster/state.ts";

/** What a pod asks of its node, from its own spec and, where that was not read, from its workload's template. */
export interface Wish {
  readonly selector: ReadonlyMap<string, Safe>;
  /** `requiredDuringSchedulingIgnoredDuringExecution` of the node affinity; null when there is none. */
  readonly affinity: Json;
  readonly tolerations: readonly Json[];
}

/** What the pod asks for. */
export function wishOf(pod: Pod, workload: Workload | null): Wish {
  const own = at(pod.manifest, "spec");
  const template = workload?.podSpec ?? null;
  const path = ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"];
  const ownSelector = textsByName(own, "nodeSelector");
  const ownAffinity = at(own, ...path);
  return {
    selector: ownSelector.size > 0 ? ownSelector : textsByName(template, "nodeSelector"),
    affinity: ownAffinity === null ? at(template, ...path) : ownAffinity,
    tolerations: [...listAt(own, "tolerations"), ...listAt(template, "tolerations")],
  };
}

/** True when the node has every label that the pod's selector asks for; asking for none is always met. */
export function meetsSelector({ selector }: Wish, node: Node): boolean {
  return selector.size === 0 || selects(selector, node.labels);
}

/** True when one of the terms of the node affinity is met, or there is none. */
export function meetsAffinity({ affinity }: Wish, node: Node): boolean {
  const terms = listAt(affinity, "nodeSelectorTerms");
  return (
    terms.length === 0 ||
    terms.some((term) => listAt(term, "matchExpressions").every((each) => meets(each, node.labels)))
  );
}

type Test = (value: Safe | null, wanted: readonly string[]) => boolean;

const OPERATORS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ["In", (value, wanted) => value !== null && wanted.includes(value)],
  ["NotIn", (value, wanted) => value === null || !wanted.includes(value)],
  ["Exists", (value) => value !== null],
  ["DoesNotExist", (value) => value === null],
  ["Gt", (value, [bound]) => value !== null && Number(value) > Number(bound)],
  ["Lt", (value, [bound]) => value !== null && Number(value) < Number(bound)],
]);

/** True when the labels meet one `matchExpressions` entry. An operator that we do not know cannot be said to fail. */
export function meets(expression: Json, labels: ReadonlyMap<string, Safe>): boolean {
  const test = OPERATORS.get(textAt(expression, "operator") ?? "");
  return test === undefined || test(labels.get(textAt(expression, "key") ?? "") ?? null, textsAt(expression, "values"));
}

/** Nodes that meet the wish. One of the control plane only counts as wished for where a label of it is asked for. */
export function wishedNodes(wish: Wish, nodes: readonly Node[]): readonly Node[] {
  const meeting = nodes.filter((node) => meetsSelector(wish, node) && meetsAffinity(wish, node));
  const others = meeting.filter((node) => !isControlPlane(node));
  if (others.length > 0 || nodes.every(isControlPlane) || asksForLabel(wish))
    return others.length > 0 ? others : meeting;
  return [];
}

const ASKING: ReadonlySet<string> = new Set(["In", "Exists", "Gt", "Lt"]);

function asksForLabel({ selector, affinity }: Wish): boolean {
  const expressions = listAt(affinity, "nodeSelectorTerms").flatMap((term) => listAt(term, "matchExpressions"));
  return selector.size > 0 || expressions.some((each) => ASKING.has(textAt(each, "operator") ?? ""));
}

/** Taints of the node, put there by people, that keep the pod away. Those of the node's life cycle are the node's trouble. */
export function untolerated({ tolerations }: Wish, node: Node): Node["taints"] {
  return node.taints.filter(
    ({ key, effect }) =>
      effect !== "PreferNoSchedule" &&
      !key.startsWith("node.kubernetes.io/") &&
      !isTolerated(key, { node, tolerations }),
  );
}

function isTolerated(
  key: Safe,
  { node, tolerations }: { readonly node: Node; readonly tolerations: readonly Json[] },
): boolean {
  const taint = node.taints.find((each) => each.key === key);
  return tolerations.some((each) => {
    const [wanted, effect] = [textAt(each, "key"), textAt(each, "effect")];
    if (effect !== null && effect !== taint?.effect) return false;
    if (wanted === null) return textAt(each, "operator") === "Exists";
    return (
      wanted === key && (textAt(each, "operator") === "Exists" || textAt(each, "value") === (taint?.value ?? null))
    );
  });
}

/** Nodes of the control plane are closed to ordinary pods on purpose. */
function isControlPlane({ labels }: Node): boolean {
  const role: string = labels.get("kubernetes.io/role") ?? "";
  return (
    role === "master" ||
    role === "control-plane" ||
    labels.has("node-role.kubernetes.io/control-plane") ||
    labels.has("node-role.kubernetes.io/master")
  );
}
