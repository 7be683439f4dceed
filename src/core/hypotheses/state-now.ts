import { flagAt, listAt, numberAt, textAt } from "../detectors/cluster/read.ts";
import type { Json } from "../event.ts";
import type { EpochMs } from "../ids.ts";
import type { Safe } from "../safe.ts";
import { serviceOfObject } from "../timeline/objects.ts";
import type { Observations, Symptom } from "../timeline/observations.ts";

/** Objects of the cluster that were read and are well, each with the time when it was seen so. State beats events. */
export function wellSince({ objects }: Observations): ReadonlyMap<Safe, EpochMs> {
  const well = new Map<Safe, EpochMs>();
  for (const { event, atMs } of objects) if (isWell(event.object, event.manifest)) well.set(event.object, atMs);
  return well;
}

/** Only what says of itself that it is well; whatever is silent about it may be ill. */
function isWell(object: string, manifest: Json): boolean {
  if (object.startsWith("Deployment/") || object.startsWith("StatefulSet/")) {
    const [wanted, ready] = [numberAt(manifest, "spec", "replicas"), numberAt(manifest, "status", "readyReplicas")];
    return wanted !== null && ready !== null && ready >= wanted;
  }
  // What makes pods is well when it has made them; whether they are ready is told of the pods.
  if (object.startsWith("ReplicaSet/")) {
    const [wanted, made] = [numberAt(manifest, "spec", "replicas"), numberAt(manifest, "status", "replicas")];
    return wanted !== null && made !== null && made >= wanted;
  }
  if (textAt(manifest, "status", "phase") === "Succeeded") return true;
  const ready = listAt(manifest, "status", "conditions").find((each) => textAt(each, "type") === "Ready");
  return flagAt(ready, "status");
}

/** True when a symptom is told by events alone and every object that they are about was seen well after the last of them. */
export function isOverByState(
  symptom: Symptom,
  { byId, kubernetes, services }: Observations,
  well: ReturnType<typeof wellSince>,
): boolean {
  if (well.size === 0) return false;
  const samples = symptom.sampleIds.map((id) => byId.get(id));
  const reasons = new Set(samples.map((event) => (event?.kind === "kubernetes" ? event.reason : null)));
  if (samples.length === 0 || reasons.has(null)) return false;
  // The samples stand for all events of their kind at this service; each of these objects must be well.
  const alike = kubernetes.filter(
    ({ event, atMs }) =>
      reasons.has(event.reason) &&
      atMs >= symptom.firstAtMs &&
      atMs <= symptom.lastAtMs &&
      (event.service ?? serviceOfObject(event.object, services)) === symptom.service,
  );
  return alike.every(({ event, atMs }) => (well.get(event.object) ?? -1) >= atMs);
}
