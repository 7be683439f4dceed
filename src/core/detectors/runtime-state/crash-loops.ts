import type { CauseKind } from "../../analysis.ts";
import type { LogEvent } from "../../event.ts";
import { kindOfCategory } from "../../hypotheses/cause-kinds.ts";
import { cutSafe, own, ownWords, type Safe, safe } from "../../safe.ts";
import { classify } from "../../semantics/classify.ts";
import type { FailureCategory } from "../../semantics/meaning.ts";
import type { Observed } from "../../timeline/observations.ts";
import type { ClusterEvent, ClusterState, Container, Pod } from "../cluster/state.ts";
import { type Fact, kubectl, suspect, WITNESSED } from "../cluster-rules/suspect.ts";
import type { Finding } from "../finding.ts";
import { serviceOf } from "./stuck-pods.ts";

/** A crash loop is seen, not inferred; why it crashes is another question, so rules that know why stand before it. */
const CRASHING = 300;
/** Only the newest words of a pod are its last ones. */
const MAX_WORDS = 200;

/** Pods that end and are started again and again, now, with what they said before they ended. One per workload. */
export function crashLoops(state: ClusterState): readonly Finding[] {
  const crashing = state.pods.flatMap((pod) => {
    const container = pod.isReady || pod.isTerminating ? undefined : pod.containers.find(isCrashing);
    return container === undefined ? [] : [{ pod, container, service: serviceOf(pod, state) }];
  });
  return [...Map.groupBy(crashing, ({ service }) => service).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [toFinding(group, first, state)];
  });
}

interface Crash {
  readonly pod: Pod;
  readonly container: Container;
  readonly service: Safe;
}

function isCrashing({ status }: Container): boolean {
  if (status === null || status.isReady) return false;
  const endedBadly = status.ended?.isNow === true && status.ended.exitCode !== 0;
  return status.waiting === "CrashLoopBackOff" || (endedBadly && status.restarts > 0);
}

function toFinding(group: readonly Crash[], { pod, container, service }: Crash, state: ClusterState): Finding {
  const words = lastWords(group, state);
  const { kind, detail } = whyOf(container, { words, event: telling(pod, state) });
  const ended = endWords(container);
  const said = words === null ? safe`` : safe`: "${cutSafe(words.observed.event.body, 120)}"`;
  return suspect({
    service,
    kind,
    detail,
    object: state.workloadOf(pod)?.object ?? pod.object,
    summary: safe`${service} does not stay up: ${countOf(group)} ended again and again${ended}${said}`,
    facts: [
      {
        signal: "crashes-again",
        family: "declared",
        points: CRASHING,
        because: safe`container ${container.name} of ${pod.name} was restarted ${container.status?.restarts ?? 0} times${ended} and is not running now`,
        ids: group.slice(0, 3).map((each) => each.pod.id),
      },
      ...wordFacts(words),
      ...eventFacts(pod, state),
    ],
    nextChecks: [
      safe`kubectl logs ${pod.name} --previous -n ${pod.namespace ?? safe`default`}`,
      kubectl("describe", pod.object, pod.namespace),
    ],
  });
}

function endWords({ status }: Container): Safe {
  const code = status?.ended?.exitCode ?? null;
  return code === null ? safe`` : safe` with exit code ${code}`;
}

function countOf(group: readonly Crash[]): Safe {
  return group.length === 1 ? safe`a pod` : safe`${group.length} pods`;
}

interface Words {
  readonly observed: Observed<LogEvent>;
  readonly category: FailureCategory;
}

/** What the crashing pods themselves said last that tells why. */
function lastWords(group: readonly Crash[], { observations: { logs } }: ClusterState): Words | null {
  const places = new Set(group.map(({ pod }) => pod.name));
  const spoken = logs.filter(({ event }) => event.host !== null && places.has(event.host)).slice(-MAX_WORDS);
  const told = spoken.flatMap((observed) => {
    const { isFailure, category } = classify(observed.event);
    return isFailure ? [{ observed, category }] : [];
  });
  const exact = told.filter(({ category }) => !VAGUE.has(category));
  return exact.at(-1) ?? told.at(-1) ?? null;
}

/** That a process ended is known already. */
const VAGUE: ReadonlySet<FailureCategory> = new Set(["unknown", "probe", "image-or-startup"]);

/** What the node said it did to a container, most exact first. */
const NODE_WORDS: readonly { readonly pattern: RegExp; readonly kind: CauseKind; readonly detail: string }[] = [
  { pattern: /OOM-?Kill|out of memory/iu, kind: "memory", detail: "oom-killed" },
  { pattern: /liveness probe/iu, kind: "configuration", detail: "liveness-probe" },
  { pattern: /startup probe/iu, kind: "configuration", detail: "startup-probe" },
];

interface NodeWord {
  readonly kind: CauseKind;
  readonly detail: Safe;
  readonly event: ClusterEvent;
}

function telling(pod: Pod, state: ClusterState): NodeWord | null {
  const events = state.eventsOf(pod.object).filter(({ isWarning, reason }) => isWarning || reason === "Killing");
  const found = NODE_WORDS.flatMap(({ pattern, kind, detail }) => {
    const event = events.find(({ reason, note }) => pattern.test(`${reason} ${note}`));
    return event === undefined ? [] : [{ kind, detail: ownWords(own(detail)), event }];
  });
  return found[0] ?? null;
}

interface Known {
  readonly words: Words | null;
  readonly event: NodeWord | null;
}

function whyOf({ status }: Container, { words, event }: Known): { readonly kind: CauseKind; readonly detail: Safe } {
  if (status?.ended?.reason === "OOMKilled") return { kind: "memory", detail: ownWords(own("oom-killed")) };
  if (event !== null) return event;
  if (words === null || VAGUE.has(words.category)) return { kind: "code-error", detail: ownWords(own("crash-loop")) };
  if (words.category === "configuration") return { kind: "configuration", detail: ownWords(own("configuration")) };
  return kindOfCategory(words.category);
}

function wordFacts(words: Words | null): readonly Fact[] {
  if (words === null) return [];
  const because = safe`it said: "${cutSafe(words.observed.event.body, 160)}"`;
  const points = kindOfCategory(words.category).specificity;
  return points === 0
    ? []
    : [{ signal: "last-words", family: "effect", points, because, ids: [words.observed.event.id] }];
}

function eventFacts(pod: Pod, state: ClusterState): readonly Fact[] {
  const why = telling(pod, state)?.event ?? null;
  const event = why ?? state.eventsOf(pod.object).find(({ isWarning, reason }) => isWarning && reason === "BackOff");
  if (event === undefined) return [];
  const because = safe`the node says (×${event.count}): ${event.note}`;
  // That it was killed and why is the cause in the node's words; that it is started again is known already.
  const points = why === null ? WITNESSED / 4 : WITNESSED;
  return [{ signal: "node-says", family: "reported", points, because, ids: [event.id] }];
}
