import type { Json } from "../../event.ts";
import { type Safe, safe } from "../../safe.ts";
import { at, listAt, nameText, numberAt, quantity, textAt, textsByName } from "../cluster/read.ts";
import type { ClusterObject, ClusterState, Workload } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { quotaDetail } from "./quota-detail.ts";
import { CONTRADICTION, type Fact, some, suspect, WITNESSED } from "./suspect.ts";
import { addressesIn, variablesOf } from "./variables.ts";

/** Quotas without room for something that is wanted and missing. Objects that a person applies are refused without any Event. */
export function quotas(state: ClusterState): readonly Finding[] {
  return state.ofKind("ResourceQuota").flatMap((quota) => {
    const missing = [...missingServices(quota, state), ...missingClaims(quota, state), ...missingPods(quota, state)];
    return limitsOf(quota).flatMap((limit) => toFinding(quota, { limit, missing }));
  });
}

/** Something wanted and absent, with what it would take of the quota: resource names and amounts; null when the amount is unknown. */
interface Missing {
  readonly object: Safe;
  readonly takes: ReadonlyMap<string, number | null>;
  readonly ids: Fact["ids"];
}

interface Limit {
  readonly resource: string;
  readonly hard: Safe;
  readonly used: Safe;
}

function limitsOf({ manifest }: ClusterObject): readonly Limit[] {
  const used = textsByName(manifest, "status", "used");
  return [...textsByName(manifest, "spec", "hard")].flatMap(([resource, hard]) => {
    const now = used.get(resource);
    return now === undefined ? [] : [{ resource, hard, used: now }];
  });
}

function toFinding(
  quota: ClusterObject,
  { limit, missing }: { readonly limit: Limit; readonly missing: readonly Missing[] },
): readonly Finding[] {
  const { resource, hard, used } = limit;
  const [has, may] = [quantity(used), quantity(hard)];
  const detail = quotaDetail([resource]);
  if (has === null || may === null || detail === null || quota.namespace === null) return [];
  const kept = missing.filter(({ takes }) => hasNoRoom(takes.get(resource), { has, may }));
  if (kept.length === 0) return [];
  const names = some(kept.map(({ object }) => object));
  const because = safe`the quota ${quota.name} allows ${hard} ${nameText(resource)}, ${used} are used`;
  return [
    suspect({
      service: null,
      kind: "resource-exhaustion",
      detail,
      object: safe`Namespace/${quota.namespace}`,
      summary: safe`Namespace ${quota.namespace} has used up its quota (${nameText(resource)} ${used} of ${hard}), so there is no room for ${names}`,
      facts: [
        { signal: "no-room-in-quota", family: "declared", points: CONTRADICTION + WITNESSED, because, ids: [quota.id] },
        {
          signal: "wanted-and-missing",
          family: "effect",
          points: WITNESSED,
          because: safe`${names} is wanted and does not exist`,
          ids: kept.flatMap(({ ids }) => ids).slice(0, 4),
        },
      ],
      nextChecks: [safe`kubectl describe resourcequota -n ${quota.namespace}`],
    }),
  ];
}

/** Not when it takes nothing of this; of unknown size it has no room where nothing is left. */
function hasNoRoom(
  takes: number | null | undefined,
  { has, may }: { readonly has: number; readonly may: number },
): boolean {
  if (takes === undefined || takes === 0) return false;
  return takes === null ? has >= may : has + takes > may;
}

/** Services that were applied, or that other workloads are told to call by a workload's name, and that do not exist. */
function missingServices({ namespace }: ClusterObject, state: ClusterState): readonly Missing[] {
  if (!state.wasListed("Service", namespace)) return [];
  const applied = appliedOf("Service", namespace, state).map(({ name, id }) => ({ name, id }));
  const inPlace = state.workloads.filter((each) => each.namespace === namespace);
  const names = new Set<string>(inPlace.map(({ name }) => name));
  const called = inPlace.flatMap((workload) =>
    addressesIn(variablesOf(workload, state)).flatMap(({ host }) =>
      names.has(host) ? [{ name: host, id: workload.id }] : [],
    ),
  );
  const absent = [...applied, ...called].filter(({ name }) => state.find("Service", name, namespace) === null);
  const once = new Map(absent.toReversed().map((each): [string, (typeof absent)[number]] => [each.name, each]));
  return [...once.values()].map(({ name, id }) => ({
    object: safe`Service/${name}`,
    takes: new Map([
      ["services", 1],
      ["count/services", 1],
    ]),
    ids: [id],
  }));
}

interface Applied {
  readonly name: Safe;
  readonly id: ClusterObject["id"];
  readonly manifest: Json;
}

function appliedOf(kind: string, namespace: Safe | null, state: ClusterState): readonly Applied[] {
  return state.ofKind("AppliedManifest").flatMap(({ id, manifest: outer, namespace: place }) => {
    const manifest = at(outer, "spec", "manifest");
    const name = textAt(manifest, "metadata", "name");
    const isKind = textAt(manifest, "kind")?.toString() === kind;
    return name !== null && isKind && place === namespace ? [{ name, id, manifest }] : [];
  });
}

/** Volume claims that pods name and that do not exist. */
function missingClaims({ namespace }: ClusterObject, state: ClusterState): readonly Missing[] {
  if (!state.wasListed("PersistentVolumeClaim", namespace)) return [];
  const applied = appliedOf("PersistentVolumeClaim", namespace, state);
  const named = state.workloads.filter((each) => each.namespace === namespace).flatMap(claimsNamed);
  const absent = named.filter(({ name }) => state.find("PersistentVolumeClaim", name, namespace) === null);
  return absent.map(({ name, id }) => {
    const wish = applied.find((each) => each.name === name);
    const size =
      wish === undefined ? null : quantity(textAt(wish.manifest, "spec", "resources", "requests", "storage"));
    return {
      object: safe`PersistentVolumeClaim/${name}`,
      takes: new Map([
        ["persistentvolumeclaims", 1],
        ["count/persistentvolumeclaims", 1],
        ["requests.storage", size],
      ]),
      ids: [id, ...(wish === undefined ? [] : [wish.id])],
    };
  });
}

function claimsNamed({ podSpec, id }: Workload): readonly { readonly name: Safe; readonly id: ClusterObject["id"] }[] {
  return listAt(podSpec, "volumes").flatMap((volume) => {
    const name = textAt(volume, "persistentVolumeClaim", "claimName");
    return name === null ? [] : [{ name, id }];
  });
}

/** Workloads with fewer pods than they ask for, whose refusals are no longer told. */
function missingPods({ namespace }: ClusterObject, state: ClusterState): readonly Missing[] {
  const short = state.workloads.filter(
    (each) => each.namespace === namespace && each.desired !== null && madePods(each) < each.desired,
  );
  return short
    .filter((each) => !isTold(each, state))
    .map((workload) => ({
      object: safe`a pod of ${workload.object}`,
      takes: podTakes(workload),
      ids: [workload.id],
    }));
}

/** Pods that exist: those that were read, or as many as the workload itself reports when its pods were not. */
function madePods({ pods, manifest }: Workload): number {
  return Math.max(pods.length, numberAt(manifest, "status", "replicas") ?? 0);
}

function isTold(workload: Workload, state: ClusterState): boolean {
  return [workload, ...workload.replicaSets].some(({ object }) =>
    state.eventsOf(object).some(({ reason }) => reason === "FailedCreate"),
  );
}

function podTakes({ containers }: Workload): ReadonlyMap<string, number | null> {
  const sum = (list: string, resource: string) =>
    containers
      .filter(({ isInit }) => !isInit)
      .reduce((total, { spec }) => total + (quantity(textAt(spec, "resources", list, resource)) ?? 0), 0);
  return new Map([
    ["pods", 1],
    ["count/pods", 1],
    ["cpu", sum("requests", "cpu")],
    ["requests.cpu", sum("requests", "cpu")],
    ["limits.cpu", sum("limits", "cpu")],
    ["memory", sum("requests", "memory")],
    ["requests.memory", sum("requests", "memory")],
    ["limits.memory", sum("limits", "memory")],
  ]);
}
