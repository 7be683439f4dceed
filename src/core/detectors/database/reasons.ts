import { cutSafe, own, ownWords, type Safe, safe } from "../../safe.ts";
import { clockTime, duration } from "../../time.ts";
import type { FindingReason } from "../finding.ts";
import type { Course, Surge } from "./course.ts";
import type { Pile } from "./pile.ts";
import type { LoadShare, Server } from "./servers.ts";
import type { Told } from "./told.ts";

/** A level at which users suffer is three nats by itself, like one chance in twenty; how far beyond it adds to that. */
const STATE_POINTS = 300;
/** The service's own word for it: it measured what was not read here, so alone it weighs more than beside the number. */
const TOLD_POINTS = 100;
const ONLY_TOLD_POINTS = 500;
/** Work that piles up is a symptom first: it stands below every level that hurts by itself. */
const PILE_POINTS = 100;
/** That its sessions did one thing most of the time is a hint at the way, not at the trouble. */
const LOAD_POINTS = 60;
/** A surge of writes is why a replica falls behind: capped like all evidence of one series. */
const MAX_SURGE_POINTS = 300;
const NAT = 100;

/** A number beyond the level that hurts, in the words of its rule. */
export interface Measurement {
  readonly course: Course;
  readonly words: Safe;
}

/** The writes of a server that grew many times over. */
export interface Writer extends Surge {
  readonly server: Safe;
}

/** How badly a number hurt and for how long, and that it was not so before; `looks` nats are taken off for having looked at many. */
export function stateReasons({ course, words }: Measurement, looks: number): readonly FindingReason[] {
  const { hurting, worst, series, severity, surprise, lastsStill } = course;
  const [first, last] = [hurting[0] ?? worst, hurting.at(-1) ?? worst];
  const how = lastsStill ? safe`and still does` : safe`and no longer at the end`;
  const state: FindingReason = {
    signal: ownWords(own("database-level")),
    family: "database-state",
    points: Math.round(STATE_POINTS + NAT * severity),
    because: safe`${words}; it was so in ${hurting.length} readings over ${duration(last.atMs - first.atMs)}, ${how}`,
    evidenceIds: [...new Set([first.id, worst.id, last.id])],
  };
  const points = Math.round(NAT * (surprise - looks));
  if (points <= 0) return [state];
  const calm = series.readings.indexOf(first);
  return [
    state,
    {
      signal: ownWords(own("database-course")),
      family: "database-course",
      points,
      because: safe`none of the ${calm} readings of ${series.name} before ${clockTime(first.atMs)} was like this`,
      evidenceIds: [series.readings[0]?.id ?? first.id, first.id],
    },
  ];
}

/** What the notices of a managed service say of it. */
export function toldReason({ quote, evidenceIds, lastsStill }: Told, isMeasuredToo: boolean): FindingReason {
  const over = lastsStill ? safe`` : safe`, and later that it is over`;
  return {
    signal: ownWords(own("database-notice")),
    family: "database-notice",
    points: isMeasuredToo ? TOLD_POINTS : ONLY_TOLD_POINTS,
    because: safe`its notices say so: "${cutSafe(quote, 120)}"${over}`,
    evidenceIds,
  };
}

/** That the primary writes many times as much as before. */
export function surgeReason(surge: Writer): FindingReason {
  return {
    signal: ownWords(own("database-writes")),
    family: "database-writes",
    points: Math.min(MAX_SURGE_POINTS, Math.round(NAT * Math.log(surge.times))),
    because: safe`${surge.series.name} of ${surge.server} grew ${timesWords(surge)} from ${clockTime(surge.firstAtMs)}, and a replica must replay it all`,
    evidenceIds: [...new Set(surge.shown.map(({ id }) => id))],
  };
}

/** What most of the sessions at work did, and what they waited for. */
export function loadReasons(server: Server | undefined): readonly FindingReason[] {
  const load = server?.series.find(({ measure }) => measure === "load")?.readings ?? [];
  const mean = load.reduce((sum, { value }) => sum + value, 0) / Math.max(1, load.length);
  const top = (what: LoadShare["what"]) =>
    server?.shares.filter((share) => share.what === what).toSorted((a, b) => b.sessions - a.sessions)[0];
  const [statement, wait] = [top("statement"), top("wait")];
  // Less than half of all work explains no more than it leaves.
  if (statement === undefined || mean <= 0 || statement.sessions * 2 < mean) return [];
  const waiting = wait === undefined ? safe`` : safe`, most of them waiting for ${wait.text}`;
  return [
    {
      signal: ownWords(own("database-load")),
      family: "database-load",
      points: LOAD_POINTS,
      because: safe`${ownWords(own(statement.sessions.toFixed(1)))} of ${ownWords(own(mean.toFixed(1)))} sessions at work run "${cutSafe(statement.text, 100)}"${waiting}`,
      evidenceIds: [statement.id, ...(wait === undefined ? [] : [wait.id])],
    },
  ];
}

/** That many times more sessions are at work than before, and what they wait for. */
export function pileReason({ surge, wait, words }: Pile): FindingReason {
  return {
    signal: ownWords(own("database-pile")),
    family: "database-state",
    points: PILE_POINTS + Math.min(MAX_SURGE_POINTS, Math.round(NAT * Math.log(surge.times))),
    because: words,
    evidenceIds: [...new Set([...surge.shown.map(({ id }) => id), wait.id])],
  };
}

/** "48-fold". */
export function timesWords({ times }: Surge): Safe {
  return safe`${Math.round(times)}-fold`;
}
