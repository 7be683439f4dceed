import type { CauseKind } from "../../analysis.ts";
import { own, ownWords, type Safe } from "../../safe.ts";

/** What an alerting series measures, in the words by which operators sort faults. */
export type Resource =
  | "cpu"
  | "memory"
  | "disk-space"
  | "disk-read"
  | "disk-write"
  | "disk"
  | "network"
  | "processes"
  | "restarts"
  | "requests"
  | "other";

/** The first rule that fits decides, so the more exact words come first. Names of series come in many dialects. */
const RULES: readonly (readonly [RegExp, Resource])[] = [
  [/restart|oom_?kill|crash_?loop|terminat/u, "restarts"],
  [
    /(?:^|_)(?:latency|duration|response_time|requests?|success_rate|errors?|availability|apdex|5xx|4xx)(?:_|$)/u,
    "requests",
  ],
  [/disk_?io|diskio|iostat|(?:^|_)(?:fs|io|blkio|disk)_(?:reads?|writes?|r_s|w_s|ops|service|wait|busy|util)/u, "disk"],
  [/(?:^|_)(?:disk|filesystem|volume|fs|inodes?)(?:_|$)/u, "disk-space"],
  [/retrans|packets?(?:_|$)|(?:^|_)(?:net|network|tcp|udp|socket)(?:_|$)/u, "network"],
  [/(?:^|_)(?:mem|memory|rss|heap|swap|working_set)(?:_|$)/u, "memory"],
  [/(?:^|_)(?:cpu|core|load\d*|throttl\w*)(?:_|$)/u, "cpu"],
  [/(?:^|_)(?:threads?|process(?:es)?|pids?|file_descriptors|fds?)(?:_|$)/u, "processes"],
];
const READS = /(?:^|_)(?:reads?|r_s|rd)(?:_|$)/u;
const WRITES = /(?:^|_)(?:writes?|w_s|wr)(?:_|$)/u;

/** Which resource a series is about, from the words of its name. Unknown names are a resource of their own. */
export function resourceOf(metric: string): Resource {
  const name = plain(metric);
  const resource = RULES.find(([words]) => words.test(name))?.[1] ?? "other";
  if (resource !== "disk") return resource;
  if (READS.test(name)) return "disk-read";
  return WRITES.test(name) ? "disk-write" : "disk";
}

/** The series without what only numbers its copies: core 3 and core 7 are one kind of series. */
export function kindOfSeries(metric: string, direction: string): string {
  return `${plain(metric).replaceAll(/\d+/gu, "#")} ${direction}`;
}

function plain(metric: string): string {
  return metric
    .replaceAll(/([a-z\d])([A-Z])/gu, "$1_$2")
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/gu, "_");
}

/** Falls that are themselves the trouble: what should be available is not. */
export function isLossOfSupply(kind: string): boolean {
  return /(?:success|availab|free|idle|request_rate).* down$/u.test(kind);
}

/** How a fault is called by what speaks for it. */
export interface Naming {
  readonly kind: CauseKind;
  readonly detail: Safe;
  readonly words: Safe;
}

const naming = (kind: CauseKind, detail: string, words: string): Naming => ({
  kind,
  detail: ownWords(own(detail)),
  words: ownWords(own(words)),
});

const NAMINGS: Readonly<Record<Resource | "callers" | "silence", Naming>> = {
  cpu: naming("cpu", "cpu-load", "CPU"),
  memory: naming("memory", "memory-growth", "memory"),
  "disk-space": naming("disk", "disk-space", "disk space"),
  "disk-read": naming("disk", "disk-read-load", "disk reads"),
  "disk-write": naming("disk", "disk-write-load", "disk writes"),
  disk: naming("disk", "disk-load", "disk"),
  network: naming("network", "network-load", "network"),
  processes: naming("resource-exhaustion", "processes", "processes and threads"),
  restarts: naming("code-error", "restarts", "restarts"),
  requests: naming("dependency-failure", "slow-or-failing-requests", "requests"),
  callers: naming("dependency-failure", "slow-or-failing-requests", "the requests of its callers"),
  // A replica that fails before it calls anybody runs the same code as its siblings, with something missing around it.
  silence: naming("configuration", "fails-before-calling", "calls that it does not make"),
  other: naming("unknown", "other-alerts", "other series"),
};

/** The cause that a sign of this sort points to. */
export function namingOf(about: Resource | "callers" | "silence"): Naming {
  return NAMINGS[about];
}
