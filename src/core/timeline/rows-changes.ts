import type { Change, ChangeEvent, ChangeKind } from "../event.ts";
import { assertNever } from "../never.ts";
import { cutSafe, type Safe, safe, sliceSafe } from "../safe.ts";
import { clockTime } from "../time.ts";
import type { Observations, Observed } from "./observations.ts";
import { type Draft, QUOTE_LENGTH } from "./rows.ts";

/** Two sources report one deploy at slightly different times. */
const SAME_CHANGE_MS = 5 * 60_000;
const IMPORTANCE = { beforeOnset: 90, afterOnset: 55, inBaseline: 35, notDeployed: 45 } as const;

/** One row per change: what was deployed, set or switched; what failed; what was merged and never deployed. */
export function changeRows(seen: Observations): readonly Draft[] {
  const groups: Observed<ChangeEvent>[][] = [];
  for (const change of seen.changes) {
    const same = groups.find(([first]) => first !== undefined && isSame(first, change));
    if (same === undefined) groups.push([change]);
    else same.push(change);
  }
  return groups.flatMap((group) => toDraft(group, seen));
}

function isSame(a: Observed<ChangeEvent>, b: Observed<ChangeEvent>): boolean {
  const [one, other] = [a.event.change, b.event.change];
  return (
    a.event.service === b.event.service &&
    one.kind === other.kind &&
    one.status === other.status &&
    one.environment === other.environment &&
    one.version !== "" &&
    isSameVersion(one.version, other.version) &&
    (isStepOf(one, other) || b.atMs - a.atMs <= SAME_CHANGE_MS)
  );
}

/** Steps of one rollout are one row, however long it takes. */
function isStepOf(one: Change, other: Change): boolean {
  return one.rollout !== undefined && other.rollout !== undefined && one.previousVersion === other.previousVersion;
}

/** A short commit id names the same commit as the long one. */
function isSameVersion(a: Safe, b: Safe): boolean {
  return a === b || (Math.min(a.length, b.length) >= 7 && (a.startsWith(b) || b.startsWith(a)));
}

function toDraft(group: readonly Observed<ChangeEvent>[], seen: Observations): readonly Draft[] {
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) return [];
  const { change } = first.event;
  const isContext = change.status === "merged";
  return [
    {
      role: isContext ? "context" : "change",
      atMs: first.atMs,
      lastAtMs: last.atMs,
      service: first.event.service,
      text: textOf(first, seen),
      count: group.length,
      skewCorrectedMs: first.correctedMs,
      source: first.event.source,
      evidenceIds: [first.event.id, ...group.slice(1).map(({ event }) => event.id)],
      importance: importanceOf(first, seen, isContext),
    },
  ];
}

function importanceOf(change: Observed<ChangeEvent>, seen: Observations, isContext: boolean): number {
  if (isContext) return IMPORTANCE.notDeployed;
  if (change.atMs < seen.window.fromMs) return IMPORTANCE.inBaseline;
  return seen.onset !== null && change.atMs > seen.onset.atMs ? IMPORTANCE.afterOnset : IMPORTANCE.beforeOnset;
}

const NOUNS: Readonly<Record<ChangeKind, Safe>> = {
  deploy: safe`deploy`,
  rollout: safe`rollout step`,
  config: safe`configuration change`,
  flag: safe`flag`,
  scaling: safe`scaling`,
  migration: safe`migration`,
  certificate: safe`certificate change`,
  infrastructure: safe`infrastructure change`,
  merge: safe`merge`,
};

function textOf(observed: Observed<ChangeEvent>, seen: Observations): Safe {
  const { change } = observed.event;
  const status = statusWords(change, deployedLater(observed, seen));
  // A pull request names a merge better than its commit does.
  const what =
    change.status === "merged" && change.pullRequest !== null ? status : safe`${status}${versionWords(change)}`;
  const by = change.by === null || change.by === "" ? safe`` : safe` by ${change.by}`;
  const summary = titled(
    oneLine(change.summary === "" ? (change.pullRequest?.title ?? change.summary) : change.summary),
    change,
  );
  return cutSafe(summary === "" ? safe`${what}${by}` : safe`${what}${by}: ${summary}`, QUOTE_LENGTH);
}

/** A merge is named by its pull request already; the number behind its title says it twice. */
function titled(summary: Safe, { status, pullRequest }: Change): Safe {
  const tail = pullRequest === null ? null : ` (#${pullRequest.number})`;
  const isTwice = status === "merged" && tail !== null && summary.endsWith(tail);
  return isTwice ? sliceSafe(summary, 0, -tail.length) : summary;
}

function statusWords(change: Change, deployed: Safe | null): Safe {
  switch (change.status) {
    case "merged": {
      const pull = change.pullRequest === null ? safe`` : safe` pull request #${change.pullRequest.number}`;
      return deployed === null ? safe`merged, not deployed:${pull}` : safe`merged, deployed at ${deployed}:${pull}`;
    }
    case "failed":
      return safe`${NOUNS[change.kind]} failed:`;
    case "rolled-back":
      return safe`rolled back:`;
    case "deployed":
      return change.kind === "deploy" ? safe`deployed` : NOUNS[change.kind];
    default:
      return assertNever(change.status);
  }
}

function versionWords(change: Change): Safe {
  const version = shortVersion(change.version);
  if (version === "") return safe``;
  const before = change.previousVersion === null ? safe`` : shortVersion(change.previousVersion);
  return before === "" ? safe` ${version}` : safe` ${version} (before: ${before})`;
}

/** Nobody reads forty digits of a commit. */
function shortVersion(version: Safe): Safe {
  return /^[0-9a-f]{40}$/u.test(version) ? sliceSafe(version, 0, 7) : version;
}

function deployedLater(merge: Observed<ChangeEvent>, seen: Observations): Safe | null {
  const { change, service } = merge.event;
  const deploy = seen.changes.find(
    ({ event, atMs }) =>
      event.change.status === "deployed" &&
      event.service === service &&
      atMs >= merge.atMs &&
      ((change.version !== "" && isSameVersion(event.change.version, change.version)) ||
        (change.pullRequest !== null && event.change.pullRequest?.number === change.pullRequest.number)),
  );
  return deploy === undefined ? null : clockTime(deploy.atMs);
}

function oneLine(text: Safe): Safe {
  const end = text.indexOf("\n");
  return end === -1 ? text : sliceSafe(text, 0, end);
}
