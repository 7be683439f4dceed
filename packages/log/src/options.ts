import { hostname } from "node:os";
import { type Level, levelFrom } from "./levels.ts";
import type { Target } from "./post.ts";
import type { PushLimits } from "./push.ts";
import type { Resource } from "./record.ts";
import type { RedactOptions } from "./redaction.ts";

/** How a log is made. Only `service` is needed. */
export interface LogOptions {
  /** `service.name`: what on-call people call the program. */
  readonly service: string;
  /** `deployment.environment.name`: "production". */
  readonly environment?: string | undefined;
  /** `service.version`: what a deploy changed. */
  readonly version?: string | undefined;
  /** `host.name`; the host's own name (in Kubernetes: the pod's) by default. */
  readonly host?: string | undefined;
  /** Records below it are not written; "info" by default. */
  readonly level?: Level | undefined;
  /** Where lines are written for collectors and people; "stdout" by default. */
  readonly output?: "stdout" | "stderr" | "none" | undefined;
  /** Address of a TraceOps, "https://traceops.example.com": records are also sent there. */
  readonly url?: string | undefined;
  /** One of its INGEST_TOKENS. */
  readonly token?: string | undefined;
  readonly redact?: RedactOptions | undefined;
  readonly limits?: Partial<LogLimits> | undefined;
}

/** Bounds of what the log may hold and how long it may try. */
export interface LogLimits {
  /** Records that wait, for each way out. */
  readonly queueRecords: number;
  readonly queueBytes: number;
  /** Records of one request. */
  readonly batchRecords: number;
  readonly batchBytes: number;
  /** A record waits this long at most for others to share its request. */
  readonly flushMs: number;
  /** For one request and its answer; TraceOps answers within 25 seconds. */
  readonly requestMs: number;
  readonly maxAttempts: number;
  readonly minRetryMs: number;
  readonly maxRetryMs: number;
}

export const DEFAULT_LIMITS: LogLimits = {
  queueRecords: 20_000,
  queueBytes: 16 * 1024 * 1024,
  batchRecords: 1_000,
  batchBytes: 512 * 1024,
  flushMs: 1_000,
  requestMs: 30_000,
  maxAttempts: 10,
  minRetryMs: 500,
  maxRetryMs: 30_000,
};

/** The most that each limit may be, so that a mistake costs no memory and no patience. */
const HIGHEST: LogLimits = {
  queueRecords: 1_000_000,
  queueBytes: 512 * 1024 * 1024,
  batchRecords: 10_000,
  batchBytes: 2 * 1024 * 1024,
  flushMs: 60_000,
  requestMs: 120_000,
  maxAttempts: 100,
  minRetryMs: 60_000,
  maxRetryMs: 600_000,
};

/** Options after checking. */
export interface Settings {
  readonly resource: Resource;
  readonly level: Level;
  readonly output: "stdout" | "stderr" | "none";
  /** Null when nothing is sent. */
  readonly target: Target | null;
  readonly limits: LogLimits;
  readonly push: PushLimits;
  readonly redact: RedactOptions;
  /** What is wrong with the options and what to do, one sentence each. A program must not fail because of its log. */
  readonly problems: readonly string[];
}

/** Checks the options. Never throws: what is wrong is said in `problems`, and the rest works. */
export function readOptions(options: LogOptions): Settings {
  const problems: string[] = [];
  const limits = readLimits(options.limits ?? {}, problems);
  return {
    resource: {
      service: textOf(options.service) ?? missingService(problems),
      version: textOf(options.version),
      environment: textOf(options.environment),
      host: textOf(options.host) ?? hostname(),
    },
    level: levelOf(options.level, problems),
    output: outputOf(options.output, problems),
    target: targetOf(options, limits.requestMs, problems),
    limits,
    push: {
      maxLines: limits.queueRecords,
      maxBytes: limits.queueBytes,
      batchLines: limits.batchRecords,
      batchBytes: limits.batchBytes,
      flushMs: limits.flushMs,
      maxAttempts: limits.maxAttempts,
      minDelayMs: limits.minRetryMs,
      maxDelayMs: limits.maxRetryMs,
    },
    redact: options.redact ?? {},
    problems,
  };
}

function missingService(problems: string[]): string {
  problems.push('service is missing: pass createLog({ service: "checkout" }), the name that on-call people know.');
  return "unknown_service";
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.trim().slice(0, 200) : null;
}

function levelOf(value: unknown, problems: string[]): Level {
  const level = value === undefined ? "info" : levelFrom(value);
  if (level === null) problems.push("level must be trace, debug, info, warn, error or fatal; info is used.");
  return level ?? "info";
}

function outputOf(value: unknown, problems: string[]): Settings["output"] {
  if (value === undefined || value === "stdout" || value === "stderr" || value === "none") return value ?? "stdout";
  problems.push('output must be "stdout", "stderr" or "none"; stdout is used.');
  return "stdout";
}

function targetOf({ url: raw, token: rawToken }: LogOptions, timeoutMs: number, problems: string[]): Target | null {
  if (raw === undefined || raw === "") return null;
  const url = parsedUrl(raw);
  if (url === null) {
    problems.push(
      "url must be the http or https address of a TraceOps, like https://traceops.example.com; nothing is sent.",
    );
    return null;
  }
  const token = rawToken === undefined || rawToken === "" ? null : rawToken;
  if (token !== null && !/^[\u0021-\u007e]{1,4096}$/u.test(token)) {
    problems.push("token must be one of INGEST_TOKENS, without spaces or line ends; nothing is sent.");
    return null;
  }
  if (url.pathname === "/") url.pathname = "/v1/events";
  return { url, token, timeoutMs };
}

function parsedUrl(raw: string): URL | null {
  try {
    const url = new URL(raw);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}

function readLimits(given: Partial<LogLimits>, problems: string[]): LogLimits {
  const limit = (name: keyof LogLimits): number => {
    const value = given[name];
    if (value === undefined) return DEFAULT_LIMITS[name];
    if (Number.isInteger(value) && value >= 1 && value <= HIGHEST[name]) return value;
    problems.push(`limits.${name} must be a whole number from 1 to ${HIGHEST[name]}; ${DEFAULT_LIMITS[name]} is used.`);
    return DEFAULT_LIMITS[name];
  };
  return {
    queueRecords: limit("queueRecords"),
    queueBytes: limit("queueBytes"),
    batchRecords: limit("batchRecords"),
    batchBytes: limit("batchBytes"),
    flushMs: limit("flushMs"),
    requestMs: limit("requestMs"),
    maxAttempts: limit("maxAttempts"),
    minRetryMs: limit("minRetryMs"),
    maxRetryMs: limit("maxRetryMs"),
  };
}
