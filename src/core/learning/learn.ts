import type { CauseKind } from "../analysis.ts";
import { type EpochMs, type EventId, eventId, type HypothesisId, type IncidentId } from "../ids.ts";
import { cutSafe, own, ownWords, type Safe, safe } from "../safe.ts";
import { isoTime } from "../time.ts";
import type { LearnedVote, LearnedWeight } from "./weights.ts";

/** One vote as learning sees it: an immutable fact. The application's stored votes fit as they are. */
export interface VoteFact {
  readonly id: string;
  readonly incidentId: IncidentId;
  readonly hypothesisId: HypothesisId;
  readonly verdict: "yes" | "no" | "withdrawn";
  readonly actorId: string;
  readonly actorName: Safe;
  readonly atMs: EpochMs;
  readonly claim: {
    readonly causeKind: string;
    readonly causeService: Safe | null;
    readonly alertedService: Safe | null;
    readonly summary: Safe;
  };
}

/** One vote on the exact pattern; two such votes, against the first and for the second, can swap them. */
const FIRST_VOTE = 500;
/** What many agreeing votes approach. */
const PATTERN_CAP = 800;
const KIND_CAP = 50;
/** Votes until the weight of a bare kind reaches half of its cap. */
const KIND_SHRINK = 4;
/** Votes shown behind one weight; the count in the sentence covers all. */
const MAX_SHOWN = 10;
const MAX_QUOTE = 200;

/**
 * Folds votes into weights. The valid vote of a person on a hypothesis of an incident is the latest; "withdrawn" leaves
 * none, so leaving a vote out and folding again undoes it exactly. Independent of the order of the votes.
 */
export function learn(votes: readonly VoteFact[]): readonly LearnedWeight[] {
  const valid = validVotes(votes).flatMap((vote) => {
    const kind = causeKindOf(vote.claim.causeKind);
    return kind === null ? [] : [{ vote, kind }];
  });
  const byPattern = Map.groupBy(valid, ({ vote: { claim }, kind }) =>
    [kind, claim.causeService ?? "", claim.alertedService ?? ""].join("\u0000"),
  );
  const byKind = Map.groupBy(valid, ({ kind }) => kind);
  return [
    ...inOrder(byPattern).flatMap((group) => patternWeight(group)),
    ...inOrder(byKind).flatMap((group) => kindWeight(group)),
  ];
}

interface ValidVote {
  readonly vote: VoteFact;
  readonly kind: CauseKind;
}

function validVotes(votes: readonly VoteFact[]): readonly VoteFact[] {
  const latest = new Map<string, VoteFact>();
  for (const vote of votes.toSorted(oldestFirst))
    latest.set([vote.incidentId, vote.hypothesisId, vote.actorId].join("\u0000"), vote);
  return [...latest.values()].filter(({ verdict }) => verdict !== "withdrawn").toSorted(oldestFirst);
}

function oldestFirst(a: VoteFact, b: VoteFact): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

function inOrder(groups: ReadonlyMap<string, readonly ValidVote[]>): readonly (readonly ValidVote[])[] {
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function patternWeight(group: readonly ValidVote[]): readonly LearnedWeight[] {
  const [first] = group;
  const net = netOf(group);
  if (first === undefined || net === 0) return [];
  const { causeService, alertedService } = first.vote.claim;
  // A pattern without any service is its bare kind: the weight below speaks for it, bounded far lower.
  if (causeService === null && alertedService === null) return [];
  const size = Math.abs(net);
  const points = Math.sign(net) * Math.round(FIRST_VOTE + (PATTERN_CAP - FIRST_VOTE) * (1 - 1 / size));
  const because = safe`${people(group)} for the same cause${at(causeService)} in ${incidents(group)}`;
  return [{ causeKind: first.kind, causeService, alertedService, points, because, votes: shown(group) }];
}

function kindWeight(group: readonly ValidVote[]): readonly LearnedWeight[] {
  const [first] = group;
  const net = netOf(group);
  if (first === undefined || net === 0) return [];
  const points = Math.round((KIND_CAP * net) / (group.length + KIND_SHRINK));
  if (points === 0) return [];
  const because = safe`${people(group)} for causes of the kind ${ownWords(own(first.kind))} in ${incidents(group)}`;
  return [{ causeKind: first.kind, causeService: null, alertedService: null, points, because, votes: shown(group) }];
}

function netOf(group: readonly ValidVote[]): number {
  return group.reduce((sum, { vote }) => sum + (vote.verdict === "yes" ? 1 : -1), 0);
}

function at(service: Safe | null): Safe {
  return service === null ? safe`` : safe` at ${service}`;
}

/** "Ana said "this was it" on 2026-11-20 and 2 more votes". */
function people(group: readonly ValidVote[]): Safe {
  const latest = group.at(-1)?.vote;
  if (latest === undefined) return safe``;
  const rest = group.length - 1;
  const more = rest === 0 ? safe`` : safe` (and ${rest} more ${ownWords(own(rest === 1 ? "vote" : "votes"))})`;
  return safe`learned: ${latest.actorName} said ${wordsOf(latest)} on ${day(latest.atMs)}${more}`;
}

function incidents(group: readonly ValidVote[]): Safe {
  const ids = [...new Set(group.map(({ vote }) => vote.incidentId))];
  const last = ids.at(-1);
  if (last === undefined) return safe``;
  return ids.length === 1 ? safe`incident ${ownWords(last)}` : safe`${ids.length} incidents, last ${ownWords(last)}`;
}

function shown(group: readonly ValidVote[]): readonly LearnedVote[] {
  return group.slice(-MAX_SHOWN).map(({ vote }) => ({
    id: voteEventId(vote),
    quote: cutSafe(
      safe`${vote.actorName}: ${wordsOf(vote)}: ${vote.claim.summary} (incident ${ownWords(vote.incidentId)})`,
      MAX_QUOTE,
    ),
    at: isoTime(vote.atMs),
  }));
}

function voteEventId(vote: VoteFact): EventId {
  return eventId("feedback", vote.id);
}

function wordsOf({ verdict }: VoteFact): Safe {
  return ownWords(own(verdict === "yes" ? '"this was it"' : '"not it"'));
}

function day(atMs: EpochMs): Safe {
  return cutDay(isoTime(atMs));
}

function cutDay(iso: Safe): Safe {
  return ownWords(own(iso.slice(0, 10)));
}

const CAUSE_KINDS: Readonly<Record<CauseKind, CauseKind>> = {
  change: "change",
  "config-change": "config-change",
  "dependency-failure": "dependency-failure",
  "third-party-outage": "third-party-outage",
  "resource-exhaustion": "resource-exhaustion",
  memory: "memory",
  cpu: "cpu",
  certificate: "certificate",
  network: "network",
  "code-error": "code-error",
  configuration: "configuration",
  scheduling: "scheduling",
  disk: "disk",
  infrastructure: "infrastructure",
  unknown: "unknown",
};

/** Stored kinds are text: one that a later version no longer knows teaches nothing. */
function causeKindOf(text: string): CauseKind | null {
  return Object.values(CAUSE_KINDS).find((kind) => kind === text) ?? null;
}
