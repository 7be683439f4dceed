import type { CauseKind } from "../../analysis.ts";
import type { LogEvent } from "../../event.ts";
import type { EpochMs, EventId } from "../../ids.ts";
import type { Safe } from "../../safe.ts";
import type { Observations, Observed } from "../../timeline/observations.ts";

/** What messages of a managed database say of one trouble, newest word last. */
export interface Told {
  readonly server: Safe;
  readonly kind: CauseKind;
  readonly detail: string;
  readonly quote: Safe;
  readonly firstAtMs: EpochMs;
  /** False when a later message says that it is over. */
  readonly lastsStill: boolean;
  readonly evidenceIds: readonly EventId[];
}

interface Topic {
  readonly kind: CauseKind;
  readonly detail: string;
  readonly begins: RegExp;
  readonly ends: RegExp;
}

// The messages that managed services send about an instance; "healthy again" is said in many ways for all of them.
const TOPICS: readonly Topic[] = [
  {
    kind: "resource-exhaustion",
    detail: "replication-lag",
    begins: /\breplica\w*\b[^.]*\blag\b[^.]*(?:exceed|above|behind|grow|increas)|\breplica\b[^.]*falling behind/iu,
    ends: /\breplica\w*\b[^.]*(?:caught up|catch(?:es)? up|in sync|lag[^.]*(?:recovered|normal|below|zero))/iu,
  },
  {
    kind: "resource-exhaustion",
    detail: "disk",
    begins: /\bstorage\b[^.]*(?:\bfull\b|exhausted|used up|ran out|\blow\b)|no space left|out of (?:disk|storage)/iu,
    ends: /\bstorage\b[^.]*(?:increased|completed|expanded|extended)/iu,
  },
  {
    kind: "resource-exhaustion",
    detail: "connection-pool",
    begins:
      /remaining connection slots|too many (?:clients|connections)|max_connections[^.]*(?:reached|exceeded|exhausted)/iu,
    ends: /\bconnections?\b[^.]*(?:back to normal|recovered|accepted again)/iu,
  },
  {
    kind: "infrastructure",
    detail: "failover",
    begins: /\bfailover\b/iu,
    ends: /\bfail(?:ed)?[ -]?over\b[^.]*(?:finish|complet|succeed)|finished[^.]*failover|completed[^.]*failover/iu,
  },
];
const OVER =
  /\b(?:instance|database|cluster|server)\b[^.]*\bis (?:now )?(?:available|healthy|online)\b|has been restored\b/iu;
const ABOUT_A_DATABASE = /\b(?:db|database|replica(?:tion)?|instance|max_connections|connection slots|storage)\b/iu;
/** Only so many messages are read: managed services send few. */
const MAX_MESSAGES = 5_000;

/** And the first words of each: notices are short, and what a stranger made long is none. */
const MAX_LENGTH = 300;

/** The troubles that messages inside the window tell of, one per server and topic, in the order of first messages. */
export function toldTroubles({ logs, window }: Observations, servers: ReadonlySet<Safe>): readonly Told[] {
  const messages = logs
    .filter(({ event, atMs }) => atMs >= window.fromMs && isNotice(event, servers))
    .slice(-MAX_MESSAGES);
  const byServer = Map.groupBy(messages, ({ event }) => subjectOf(event, servers));
  return [...byServer].flatMap(([server, own]) =>
    server === null ? [] : TOPICS.flatMap((topic) => tellingOf(topic, server, own) ?? []),
  );
}

/** A managed service speaks about an instance by name; what applications say about their databases is read elsewhere. */
function isNotice({ service, body }: LogEvent, servers: ReadonlySet<Safe>): boolean {
  if (service === null || service === "") return false;
  const text = body.slice(0, MAX_LENGTH);
  return (servers.has(service) || text.includes(service)) && ABOUT_A_DATABASE.test(text);
}

/** Whom a notice is about: the longest known name in it ("orders-db-r1" of "orders-db"), else the instance it came from. */
function subjectOf({ service, body }: LogEvent, servers: ReadonlySet<Safe>): Safe | null {
  const text = body.slice(0, MAX_LENGTH);
  const named = [...servers].filter((name) => text.includes(name));
  return (
    named.reduce<Safe | null>((best, name) => (best === null || name.length > best.length ? name : best), null) ??
    service
  );
}

function tellingOf(topic: Topic, server: Safe, own: readonly Observed<LogEvent>[]): Told | null {
  const isEnd = (each: Observed<LogEvent>) => says(topic.ends, each) || says(OVER, each);
  const begun = own.filter((each) => !isEnd(each) && says(topic.begins, each));
  const [first, last] = [begun[0], begun.at(-1)];
  if (first === undefined || last === undefined) return null;
  const end = own.findLast(isEnd);
  const shown = [first, last, ...(end === undefined || end.atMs < last.atMs ? [] : [end])];
  return {
    server,
    kind: topic.kind,
    detail: topic.detail,
    quote: last.event.body,
    firstAtMs: first.atMs,
    lastsStill: end === undefined || end.atMs < last.atMs,
    evidenceIds: [...new Set(shown.map(({ event }) => event.id))],
  };
}

function says(pattern: RegExp, { event }: Observed<LogEvent>): boolean {
  return pattern.test(event.body.slice(0, MAX_LENGTH));
}
