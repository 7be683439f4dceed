import { cutSafe, own, ownWords, type Safe, safe } from "../../safe.ts";
import { clockTime } from "../../time.ts";
import type { Observations } from "../../timeline/observations.ts";
import type { Finding } from "../finding.ts";
import { type Course, courseOf, runningOut, surgeOf } from "./course.ts";
import { type Pile, pileOf } from "./pile.ts";
import {
  loadReasons,
  type Measurement,
  pileReason,
  stateReasons,
  surgeReason,
  timesWords,
  toldReason,
  type Writer,
} from "./reasons.ts";
import { RULES, type Rule } from "./rules.ts";
import { databaseServers, type Server } from "./servers.ts";
import { type Told, toldTroubles } from "./told.ts";

/** What the numbers and notices of database servers say: what is used up, what falls behind, and whether it lasts. */
export function database(seen: Observations): readonly Finding[] {
  const servers = databaseServers(seen);
  if (servers.length === 0) return [];
  const told = toldTroubles(seen, new Set(servers.map(({ name }) => name)));
  const looks = Math.log(servers.reduce((sum, { series }) => sum + series.length, 1));
  const cases = [
    ...servers.flatMap((server) => casesOf(server, { seen, told })),
    ...told.filter(({ detail, server }) => !isMeasured(detail, server, servers)).map(onlyTold),
  ];
  const piles = servers.flatMap((server) => pileFinding(server, pileOf(server, seen.window)) ?? []);
  return [...cases.map((each) => toFinding(each, { seen, servers, looks })), ...piles];
}

/** One trouble of one server. */
interface Case {
  readonly server: Safe;
  readonly rule: Pick<Rule, "kind" | "detail"> & { readonly check: Rule["check"] | null };
  readonly courses: readonly Measurement[];
  readonly told: Told | null;
}

function casesOf(server: Server, { seen, told }: { seen: Observations; told: readonly Told[] }): readonly Case[] {
  const found = RULES.flatMap((rule) =>
    server.series
      .filter(({ measure }) => measure === rule.measure)
      .flatMap((series) => {
        const course =
          courseOf(series, rule, seen.window) ?? outOf(series.measure, () => runningOut(series, seen.window));
        return course === null ? [] : [{ rule, course, words: rule.says(server.name, course.worst.value) }];
      }),
  );
  return [...Map.groupBy(found, ({ rule }) => rule.detail)].flatMap(([detail, courses]) => {
    const [first] = courses;
    const notice = told.find((each) => each.server === server.name && each.detail === detail) ?? null;
    return first === undefined ? [] : [{ server: server.name, rule: first.rule, courses, told: notice }];
  });
}

function outOf(measure: Rule["measure"], course: () => Course | null): Course | null {
  return measure === "free-storage" ? course() : null;
}

/** Where the number itself was read it decides; a notice of something that no number shows stands alone. */
function isMeasured(detail: string, server: Safe, servers: readonly Server[]): boolean {
  const measures = new Set(RULES.filter((rule) => rule.detail === detail).map(({ measure }) => measure));
  return servers.some(({ name, series }) => name === server && series.some(({ measure }) => measures.has(measure)));
}

function onlyTold(told: Told): Case {
  return { server: told.server, rule: { kind: told.kind, detail: told.detail, check: null }, courses: [], told };
}

/** Sessions that wait for what a number also shows belong to the same suspect: kind and detail are the same words. */
function pileFinding(server: Server, pile: Pile | null): Finding | null {
  if (pile === null) return null;
  return {
    service: server.name,
    kind: pile.kind,
    detail: ownWords(own(pile.detail)),
    object: null,
    changeId: null,
    grain: pile.detail,
    summary: pile.words,
    firstAtMs: pile.surge.firstAtMs,
    isActive: true,
    reasons: [pileReason(pile), ...loadReasons(server)],
    nextChecks: [safe`List the sessions of ${server.name} that wait for ${pile.wait.text}, and what blocks them.`],
  };
}

interface Context {
  readonly seen: Observations;
  readonly servers: readonly Server[];
  /** −ln of one in as many numbers as were looked at. */
  readonly looks: number;
}

function toFinding(each: Case, { seen, servers, looks }: Context): Finding {
  const { server, rule, courses, told } = each;
  const writers = rule.detail === "replication-lag" ? writersOf(server, servers, seen) : [];
  const [writer] = writers;
  // One primary that writes more than ever is where to act; of several nobody can say whose writes the replica replays.
  const at = writer !== undefined && writers.length === 1 ? writer.server : server;
  return {
    service: at,
    kind: rule.kind,
    detail: ownWords(own(rule.detail)),
    object: at === server ? null : server,
    changeId: null,
    grain: rule.detail,
    summary: summaryOf(each, writer),
    firstAtMs: startOf(each),
    isActive: lastsStill(each),
    reasons: [
      ...courses.flatMap((found) => stateReasons(found, looks)),
      ...(told === null ? [] : [toldReason(told, courses.length > 0)]),
      ...writers.map(surgeReason),
      ...loadReasons(servers.find(({ name }) => name === at)),
    ],
    nextChecks: rule.check === null ? [] : [rule.check(server)],
  };
}

function startOf({ courses, told }: Case): Finding["firstAtMs"] {
  const starts = courses.flatMap(({ course }) => course.hurting[0]?.atMs ?? []);
  return (told === null ? starts : [...starts, told.firstAtMs]).toSorted((a, b) => a - b)[0] ?? null;
}

/** Numbers that were read decide; notices only where there is none. */
function lastsStill({ courses, told }: Case): boolean {
  return courses.length > 0 ? courses.some(({ course }) => course.lastsStill) : (told?.lastsStill ?? false);
}

/** Servers beside the replica whose writes grew; a replica replays what another wrote. */
function writersOf(replica: Safe, servers: readonly Server[], { window }: Observations): readonly Writer[] {
  return servers
    .filter(({ name }) => name !== replica)
    .flatMap(({ name, series }) => {
      const surges = series
        .filter(({ measure }) => measure === "write-volume")
        .flatMap((each) => surgeOf(each, window) ?? [])
        .toSorted((a, b) => b.times - a.times);
      return surges.slice(0, 1).map((surge) => ({ ...surge, server: name }));
    });
}

function summaryOf({ courses, told, server }: Case, writer: Writer | undefined): Safe {
  const [found] = courses;
  const why = writer === undefined ? safe`` : safe`; writes of ${writer.server} grew ${timesWords(writer)}`;
  if (found === undefined) return safe`${server}: "${cutSafe(told?.quote ?? server, 120)}"${why}`;
  const { course, words } = found;
  const since = course.hurting[0]?.atMs ?? course.worst.atMs;
  const until = course.lastsStill ? safe`` : safe` until ${clockTime(course.hurting.at(-1)?.atMs ?? since)}`;
  return safe`${words}, from ${clockTime(since)}${until}${why}`;
}
