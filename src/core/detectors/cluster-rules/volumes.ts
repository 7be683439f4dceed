import type { Json } from "../../event.ts";
import { type Safe, safe } from "../../safe.ts";
import { at, compareNames, listAt, quantity, selects, textAt, textsAt, textsByName } from "../cluster/read.ts";
import type { ClusterObject, ClusterState, Pod } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { meets } from "./fit.ts";
import { CONTRADICTION, type Fact, kubectl, suspect, WITNESSED } from "./suspect.ts";

/** Pods that wait for a volume claim which no volume can satisfy: what keeps the claim and the nearest volume apart. */
export function volumes(state: ClusterState): readonly Finding[] {
  const waiting = state.pods.filter((pod) => pod.phase === "Pending" && pod.node === null && !pod.isTerminating);
  const claims = waiting.flatMap((pod) => unboundClaims(pod, state).map((claim) => ({ pod, claim })));
  const once = new Map(
    claims.map((each) => [`${each.pod.namespace ?? ""} ${each.pod.owner ?? each.pod.name} ${each.claim.name}`, each]),
  );
  return [...once.values()].flatMap(({ pod, claim }) => toFinding(pod, { claim, state }));
}

function unboundClaims(pod: Pod, state: ClusterState): readonly ClusterObject[] {
  const names = listAt(pod.manifest, "spec", "volumes").flatMap(
    (volume) => textAt(volume, "persistentVolumeClaim", "claimName") ?? [],
  );
  const claims = names.flatMap((name) => state.find("PersistentVolumeClaim", name, pod.namespace) ?? []);
  return claims.filter(({ manifest }) => textAt(manifest, "status", "phase")?.toString() === "Pending");
}

/** One way in which a claim and a volume do not fit. */
interface Misfit {
  readonly detail: Safe;
  readonly because: Safe;
}

function toFinding(
  pod: Pod,
  { claim, state }: { readonly claim: ClusterObject; readonly state: ClusterState },
): readonly Finding[] {
  const workload = state.workloadOf(pod);
  const service = pod.service ?? pod.name;
  if (isProvisioned(claim, state)) return [];
  const nearest = nearestVolume(claim, state);
  const misfit = nearest === null ? unknownClass(claim, state) : nearest.misfits[0];
  if (misfit === undefined || misfit === null) return [];
  const ids = [claim.id, pod.id, ...(nearest === null ? [] : [nearest.volume.id])];
  return [
    suspect({
      service,
      kind: "scheduling",
      detail: misfit.detail,
      object: workload?.object ?? pod.object,
      summary: safe`${service} waits for its volume claim ${claim.name}, which cannot be bound: ${misfit.because}`,
      facts: [
        {
          signal: "claim-and-volume-disagree",
          family: "declared",
          points: CONTRADICTION,
          because: misfit.because,
          ids,
        },
        ...reported(claim, state),
      ],
      nextChecks: [kubectl("describe", claim.object, claim.namespace), safe`kubectl get pv`],
    }),
  ];
}

function reported(claim: ClusterObject, state: ClusterState): readonly Fact[] {
  const event = state
    .eventsOf(claim.object)
    .find(({ reason }) => /^(?:FailedBinding|ProvisioningFailed|VolumeMismatch)$/u.test(reason));
  if (event === undefined) return [];
  const because = safe`the volume controller says (×${event.count}): ${event.note}`;
  return [{ signal: "claim-is-not-bound", family: "reported", points: WITNESSED, because, ids: [event.id] }];
}

interface Near {
  readonly volume: ClusterObject;
  readonly misfits: readonly Misfit[];
}

/** The volume with the fewest misfits: the one that was meant, for nothing else comes closer. */
function nearestVolume(claim: ClusterObject, state: ClusterState): Near | null {
  const named = textAt(claim.manifest, "spec", "volumeName");
  const candidates = state.ofKind("PersistentVolume").filter(({ name }) => named === null || name === named);
  const pairs = candidates.map((volume) => ({ volume, misfits: misfitsOf(claim, volume) })).filter(isMeant);
  const sorted = pairs.toSorted(
    (a, b) =>
      a.misfits.length - b.misfits.length ||
      Number(isTaken(a)) - Number(isTaken(b)) ||
      compareNames(a.volume.name, b.volume.name),
  );
  return sorted[0] ?? null;
}

/** A volume that others hold and that would not fit anyway was meant for them. */
function isMeant(near: Near): boolean {
  return near.misfits.length > 0 && (near.misfits.length === 1 || !isTaken(near));
}

function isTaken({ misfits }: Near): boolean {
  return misfits.some(({ detail }) => detail === OCCUPIED);
}

const OCCUPIED = safe`pv-binding-occupied`;

function misfitsOf(claim: ClusterObject, volume: ClusterObject): readonly Misfit[] {
  const found: Misfit[] = [];
  const owner = at(volume.manifest, "spec", "claimRef");
  const [holder, namespace] = [textAt(owner, "name"), textAt(owner, "namespace")];
  if (holder !== null && (holder !== claim.name || namespace !== claim.namespace))
    found.push({
      detail: OCCUPIED,
      because: safe`the volume ${volume.name} is already bound to the claim ${namespace ?? safe`?`}/${holder}`,
    });
  const [wantedClass, hasClass] = [classOf(claim.manifest), classOf(volume.manifest)];
  if (wantedClass !== hasClass)
    found.push({
      detail: safe`pvc-storage-class-mismatch`,
      because: safe`the claim asks for the storage class ${shown(wantedClass)}, the volume ${volume.name} has ${shown(hasClass)}`,
    });
  return [...found, ...modeMisfit(claim, volume), ...sizeMisfit(claim, volume), ...labelMisfit(claim, volume)];
}

function classOf(manifest: Json): Safe | null {
  return textAt(manifest, "spec", "storageClassName");
}

function shown(name: Safe | null): Safe {
  return name === null ? safe`none` : safe`"${name}"`;
}

function modeMisfit(claim: ClusterObject, volume: ClusterObject): readonly Misfit[] {
  const wanted = textsAt(claim.manifest, "spec", "accessModes");
  const has = new Set<string>(textsAt(volume.manifest, "spec", "accessModes"));
  const missing = wanted.find((mode) => !has.has(mode));
  if (missing === undefined || has.size === 0) return [];
  const because = safe`the claim asks for the access mode ${missing}, which the volume ${volume.name} does not offer`;
  return [{ detail: safe`pvc-access-mode-mismatch`, because }];
}

function sizeMisfit(claim: ClusterObject, volume: ClusterObject): readonly Misfit[] {
  const wanted = textAt(claim.manifest, "spec", "resources", "requests", "storage");
  const has = textAt(volume.manifest, "spec", "capacity", "storage");
  const [asked, given] = [quantity(wanted), quantity(has)];
  if (wanted === null || has === null || asked === null || given === null || asked <= given) return [];
  const because = safe`the claim asks for ${wanted}, the volume ${volume.name} holds ${has}`;
  return [{ detail: safe`pvc-capacity-mismatch`, because }];
}

function labelMisfit(claim: ClusterObject, volume: ClusterObject): readonly Misfit[] {
  const wanted = textsByName(claim.manifest, "spec", "selector", "matchLabels");
  const labels = textsByName(volume.manifest, "metadata", "labels");
  const terms = listAt(claim.manifest, "spec", "selector", "matchExpressions");
  const isOff = (wanted.size > 0 && !selects(wanted, labels)) || terms.some((term) => !meets(term, labels));
  if (!isOff) return [];
  const because = safe`the claim's selector asks for labels that the volume ${volume.name} does not carry`;
  return [{ detail: safe`pvc-selector-mismatch`, because }];
}

/** A class with a provisioner makes the volume itself; what lies about is not what the claim waits for. */
function isProvisioned({ manifest }: ClusterObject, state: ClusterState): boolean {
  const name = classOf(manifest);
  const provisioner = name === null ? null : textAt(state.find("StorageClass", name, null)?.manifest, "provisioner");
  return provisioner !== null && !provisioner.endsWith("/no-provisioner");
}

/** No volume to compare with: a class that does not exist will never provision one. */
function unknownClass(claim: ClusterObject, state: ClusterState): Misfit | null {
  const wanted = textAt(claim.manifest, "spec", "storageClassName");
  const isKnown = wanted === null || state.find("StorageClass", wanted, null) !== null;
  if (isKnown || !(state.wasListed("StorageClass", null) || state.ofKind("StorageClass").length > 0)) return null;
  return {
    detail: safe`pvc-storage-class-mismatch`,
    because: safe`the claim asks for the storage class ${wanted}, which does not exist`,
  };
}
