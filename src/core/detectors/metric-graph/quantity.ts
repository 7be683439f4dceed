import type { MetricEvent } from "../../event.ts";

/** What users and callers feel of a service: how long an answer takes (in seconds), and which share of requests fails. */
export type Quantity = "latency" | "failure";

/** What a metric measures of a service's requests, and how its value becomes seconds, a share, or a count. */
export interface Measure {
  readonly what: Quantity | "failures" | "load";
  readonly factor: number;
  /** True for a share of successes: the share of failures is what is missing from one. */
  readonly isSuccess: boolean;
}

/** What a caller measures while it waits belongs to whom it calls, not to itself. */
const OUTBOUND = /(?:^|[._-])(?:client|outbound|upstream|egress|producer)(?:[._-]|$)/iu;
const LATENCY =
  /(?:^|[._-])latency(?:[._-]|$)|response[._-]?time|(?:request|server|operation|invocation|process|transaction)s?[._-]duration/iu;
const SUCCESS = /availability|success(?:ful)?[._-]?(?:rate|ratio|share|percent|pct)/iu;
const FAILURE = /(?:error|failure|fault)s?[._-]?(?:rate|ratio|share|percent|pct)/iu;
const FAILURES = /(?:^|[._-])(?:errors?|failures?|faults?|failed|5xx)(?:[._-]count)?$/iu;
const LOAD = /(?:^|[._-])(?:requests?|calls|invocations|throughput|rps|qps)(?:[._-](?:count|rate))?$/iu;
const SECONDS = new Map([
  ["s", 1],
  ["ms", 1e-3],
  ["us", 1e-6],
  ["ns", 1e-9],
]);
const SHARES = new Map([
  ["%", 0.01],
  ["1", 1],
]);

/** Reads a metric's name and unit; null for everything that says nothing about the requests a service answers. */
export function measureOf({ name, unit }: Pick<MetricEvent, "name" | "unit">): Measure | null {
  if (OUTBOUND.test(name)) return null;
  const [seconds, share] = [SECONDS.get(unit), SHARES.get(unit)];
  if (LATENCY.test(name)) return seconds === undefined ? null : { what: "latency", factor: seconds, isSuccess: false };
  if (SUCCESS.test(name)) return share === undefined ? null : { what: "failure", factor: share, isSuccess: true };
  if (FAILURE.test(name)) return share === undefined ? null : { what: "failure", factor: share, isSuccess: false };
  return share === undefined && seconds === undefined ? countOf(name) : null;
}

function countOf(name: string): Measure | null {
  if (FAILURES.test(name)) return { what: "failures", factor: 1, isSuccess: false };
  return LOAD.test(name) ? { what: "load", factor: 1, isSuccess: false } : null;
}

/** The quantity that an alert's metric name is about; null when it is about none of them. */
export function quantityNamed(name: string): Quantity | null {
  if (LATENCY.test(name) || /latency|duration|slow/iu.test(name)) return "latency";
  return /availability|success|error|fail|fault|5xx/iu.test(name) ? "failure" : null;
}
