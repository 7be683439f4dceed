import type { MetricEvent } from "../../event.ts";

/** What a number of a database server is about, whatever the exporter calls it. */
export type Measure =
  | "connections"
  | "connection-limit"
  | "connection-use"
  | "cpu"
  | "free-storage"
  | "storage-use"
  | "free-memory"
  | "replica-lag"
  | "latency"
  | "queue-depth"
  | "deadlocks"
  | "io-credits"
  | "transaction-ids"
  | "write-volume"
  | "load";

type Scale = "time" | "bytes" | "share" | "count";

interface Word {
  readonly measure: Measure;
  readonly pattern: RegExp;
  readonly scale: Scale;
  /** True when only a database server has such a number: it tells databases from other services. */
  readonly isTelling: boolean;
}

/** A number that only a database server has. */
const telling = (measure: Measure, scale: Scale, pattern: RegExp): Word => ({
  measure,
  pattern,
  scale,
  isTelling: true,
});
/** A number that other services have as well. */
const common = (measure: Measure, scale: Scale, pattern: RegExp): Word => ({
  ...telling(measure, scale, pattern),
  isTelling: false,
});

// Names of cloud monitors, OpenTelemetry receivers and Prometheus exporters, in lower-case words.
const SERVER = /^(?:postgresql|mysql|mariadb|sqlserver|oracledb|mongodb) /u.source;
const WORDS: readonly Word[] = [
  telling(
    "replica-lag",
    "time",
    /\breplica(?:tion)? (?:lag|delay)|\breplay lag|seconds behind (?:master|source|primary)|\bwal lag/u,
  ),
  telling("connection-limit", "count", new RegExp(`${SERVER}connections? (?:max|limit)|\\bmax connections$`, "u")),
  telling(
    "connections",
    "count",
    new RegExp(
      `${SERVER}(?:backends|connections?(?: count)?|sessions)$|^database connections$|num backends|threads connected|stat activity count`,
      "u",
    ),
  ),
  common("connections", "count", /^(?:active|current) connections$/u),
  telling("free-storage", "bytes", /^free (?:local )?storage(?: space)?$/u),
  common("storage-use", "share", /\b(?:storage|disk) (?:percent|utilization|used percent)/u),
  common("cpu", "share", /\bcpu (?:utilization|percent|usage)$/u),
  common("free-memory", "bytes", /^free(?:able)? memory$|\bavailable memory/u),
  common("latency", "time", /^(?:read|write|commit) latency$/u),
  common("queue-depth", "count", /^disk queue depth$/u),
  common("deadlocks", "count", /\bdeadlocks?(?: count)?$/u),
  common("io-credits", "share", /^(?:burst|ebs io|ebs byte) balance$/u),
  telling("transaction-ids", "count", /\bused transaction ids$|\btransaction id age$/u),
  telling(
    "write-volume",
    "bytes",
    /^transaction logs? generation$|\bwal (?:bytes|generation)|\bredo (?:bytes|generation)/u,
  ),
  common("write-volume", "count", /^write iops$/u),
  telling("load", "count", /^db load(?: avg)?$|\baverage active sessions$/u),
];

export interface Measured {
  readonly measure: Measure;
  /** Seconds, bytes, a share of one, or a count. */
  readonly value: number;
  readonly isTelling: boolean;
}

/** What one point of a metric says about a database server, in base units; null when its name says nothing of one. */
export function measured({ name, unit, value }: MetricEvent): Measured | null {
  if (!Number.isFinite(value)) return null;
  const words = plainWords(name);
  const known = WORDS.find(({ pattern }) => pattern.test(words));
  if (known === undefined) return null;
  return { measure: known.measure, value: value * factorOf(known.scale, unit), isTelling: known.isTelling };
}

/** "FreeStorageSpace", "free_storage_space" and "aws.rds.free_storage_space" are the same words. */
function plainWords(name: string): string {
  return name
    .replaceAll(/([a-z\d])([A-Z])|([A-Z])(?=[A-Z][a-z])/gu, "$1$3 $2")
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/gu, " ")
    .replace(/^(?:aws|azure|gcp|cloudsql|cloudwatch|rds|aurora)(?: rds)? /u, "")
    .trim();
}

const FACTORS: Readonly<Record<Scale, ReadonlyMap<string, number>>> = {
  time: new Map([
    ["min", 60],
    ["ms", 1e-3],
    ["us", 1e-6],
    ["ns", 1e-9],
  ]),
  bytes: new Map([
    ["KiBy", 2 ** 10],
    ["MiBy", 2 ** 20],
    ["GiBy", 2 ** 30],
    ["kBy", 1e3],
    ["MBy", 1e6],
    ["GBy", 1e9],
  ]),
  share: new Map([["%", 0.01]]),
  count: new Map(),
};

function factorOf(scale: Scale, unit: string): number {
  return FACTORS[scale].get(unit) ?? 1;
}
