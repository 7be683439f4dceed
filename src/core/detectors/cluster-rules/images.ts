import { type Safe, safe, sliceSafe } from "../../safe.ts";
import { listAt, textAt } from "../cluster/read.ts";
import type { ClusterEvent, ClusterState, Container, Pod } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { type Pull, readPull } from "./pull-reading.ts";
import { CONTRADICTION, type Fact, kubectl, ODD, suspect, WITNESSED } from "./suspect.ts";

const PULL_STATES: ReadonlySet<string> = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
]);

const NO_SECRET = "FailedToRetrieveImagePullSecret";

/** Containers whose image cannot be fetched: the registry is unknown, the image is, or nobody may read it. */
export function images(state: ClusterState): readonly Finding[] {
  const stuck = state.pods.flatMap((pod) =>
    pod.containers
      .filter(({ status }) => status !== null && PULL_STATES.has(status.waiting ?? ""))
      .map((container) => ({ pod, container })),
  );
  // Replicas of one workload fail alike: the first speaks for all.
  const once = new Map(
    stuck
      .toReversed()
      .map((each) => [`${each.pod.namespace ?? ""} ${each.pod.owner ?? each.pod.name} ${each.container.name}`, each]),
  );
  return [...once.values()].flatMap(({ pod, container }) => toFinding(pod, { container, state }));
}

function toFinding(
  pod: Pod,
  { container, state }: { readonly container: Container; readonly state: ClusterState },
): readonly Finding[] {
  const events = state.eventsOf(pod.object);
  const failure = events.find(isPullFailure);
  const reading = readPull(pullOf(pod, { container, failure, state }));
  const service = pod.service ?? pod.name;
  const workload = state.workloadOf(pod);
  const waits = container.status?.waiting ?? safe`waiting`;
  return [
    suspect({
      service,
      kind: reading.kind,
      detail: reading.detail,
      object: workload?.object ?? pod.object,
      summary: safe`${service} does not start: ${reading.because}`,
      facts: [
        {
          signal: "image-is-not-pulled",
          family: "declared",
          points: CONTRADICTION,
          because: safe`container ${container.name} is in ${waits}: ${reading.because}`,
          ids: [pod.id],
        },
        ...reported(failure),
        ...secretFacts(pod, { events, state }),
      ],
      nextChecks: [
        kubectl("describe", pod.object, pod.namespace),
        kubectl("get", workload?.object ?? pod.object, pod.namespace),
      ],
    }),
  ];
}

/** "Failed to pull image …: …", not the bare "Error: ErrImagePull". */
function isPullFailure({ reason, note }: ClusterEvent): boolean {
  return reason === "Failed" && /pull|resolve|image/iu.test(note) && note.includes(":") && !/^Error: \w+$/u.test(note);
}

interface Stuck {
  readonly container: Container;
  readonly failure: ClusterEvent | undefined;
  readonly state: ClusterState;
}

function pullOf(pod: Pod, { container, failure, state }: Stuck): Pull {
  const image = container.image ?? imageIn(failure?.note ?? null);
  const isNamed = state.eventsOf(pod.object).some(({ reason }) => reason === NO_SECRET);
  return {
    note: failure?.note ?? container.status?.message ?? "",
    image,
    isInvalid: container.status?.waiting === "InvalidImageName",
    namesSecret: isNamed || pullSecrets(pod, state).length > 0,
    servesPeers: servesPeers(image, state),
  };
}

/** `Failed to pull image "name:tag"`: the message names it too. */
function imageIn(note: Safe | null): Safe {
  const name = /\bimage "([^"]+)"/u.exec(note ?? "")?.[1];
  const from = name === undefined ? -1 : (note?.indexOf(name) ?? -1);
  return name === undefined || note === null ? safe`of the container` : sliceSafe(note, from, from + name.length);
}

/** Secrets for pulling that the pod or its template names. */
function pullSecrets(pod: Pod, state: ClusterState): readonly Safe[] {
  const named = [
    ...listAt(pod.manifest, "spec", "imagePullSecrets"),
    ...listAt(state.workloadOf(pod)?.podSpec ?? null, "imagePullSecrets"),
  ];
  return [...new Set(named.flatMap((each) => textAt(each, "name") ?? []))];
}

/** True when other pods run an image of the same directory of the same registry without credentials. */
function servesPeers(image: Safe, state: ClusterState): boolean {
  const directory = image.slice(0, image.lastIndexOf("/") + 1);
  if (directory === "") return false;
  return state.pods.some(
    (pod) =>
      pullSecrets(pod, state).length === 0 &&
      pod.containers.some((each) => (each.image ?? "").startsWith(directory) && each.status?.isRunning === true),
  );
}

function reported(failure: ClusterEvent | undefined): readonly Fact[] {
  if (failure === undefined) return [];
  const because = safe`the node says (×${failure.count}): ${failure.note}`;
  return [{ signal: "pull-fails", family: "reported", points: WITNESSED, because, ids: [failure.id] }];
}

/** A pull secret that is named and does not exist, by the node's word or by the list of secrets. */
function secretFacts(
  pod: Pod,
  { events, state }: { readonly events: readonly ClusterEvent[]; readonly state: ClusterState },
): readonly Fact[] {
  const event = events.find(({ reason }) => reason === NO_SECRET);
  if (event !== undefined)
    return [
      { signal: "pull-secret-is-missing", family: "effect", points: WITNESSED, because: event.note, ids: [event.id] },
    ];
  const missing = pullSecrets(pod, state).find(
    (name) => state.wasListed("Secret", pod.namespace) && state.find("Secret", name, pod.namespace) === null,
  );
  if (missing === undefined) return [];
  const because = safe`the pull secret ${missing} that it names does not exist`;
  return [{ signal: "pull-secret-is-missing", family: "effect", points: ODD, because, ids: [pod.id] }];
}
