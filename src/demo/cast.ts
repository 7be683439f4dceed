import type { Random } from "./random.ts";

export type LineSeverity = "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL";

/** How a log group is written down; real installs mix all of these. */
export type LogFormat =
  /** One OTLP/JSON export per line, with the collector's own time beside the record's. */
  | "otlp"
  /** JSON objects as web servers and structured loggers write them. */
  | "ndjson"
  /** A container runtime's JSON lines around plain text with a local clock and no zone. */
  | "container-json"
  /** Plain text with UTC times and stack traces over several lines. */
  | "text";

export interface Pod {
  readonly name: string;
  readonly host: string;
}

/** One service of the story: where it runs, how it writes, what it says on a normal day. */
export interface ServiceSpec {
  readonly name: string;
  readonly format: LogFormat;
  readonly pods: readonly Pod[];
  /** The line for a request that went well. */
  readonly handled: (request: RequestFacts, random: Random) => string;
  /** The lines for a call that failed; `how` is the transport's or the callee's words. */
  readonly callFailed: (failure: CallFailure, random: Random) => string;
  readonly noise: readonly NoiseLine[];
}

export interface RequestFacts {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface CallFailure extends RequestFacts {
  readonly callee: string;
  readonly how: string;
  /** The first try is 1. */
  readonly attempt: number;
}

/** Something that is logged all day and means nothing tonight. */
export interface NoiseLine {
  readonly perMinute: number;
  readonly severity: LineSeverity;
  readonly text: (random: Random) => string;
}

/** A kind of request: who is called by whom, in order, starting at the edge. */
export interface Route {
  readonly method: string;
  readonly path: (random: Random) => string;
  readonly chain: readonly string[];
  readonly weight: number;
}

export interface Cast {
  readonly services: readonly ServiceSpec[];
  readonly routes: readonly Route[];
}

/** The service of this name; throws when the story names one that does not exist. */
export function serviceOf(cast: Cast, name: string): ServiceSpec {
  const found = cast.services.find((service) => service.name === name);
  if (!found) throw new TypeError(`no service ${name} in this story`);
  return found;
}
