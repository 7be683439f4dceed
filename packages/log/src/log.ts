import { readCall, readTag } from "./calls.ts";
import { type Core, createCore, type LogStats, type Ports, realPorts, type Scope } from "./core.ts";
import { type Fields, mergeFields } from "./fields.ts";
import { type Level, levelFrom } from "./levels.ts";
import { type LogOptions, readOptions } from "./options.ts";

/** What a tag may say besides its fields. */
export interface TagOptions {
  readonly message?: string | undefined;
  /** "error" when there is an error among the fields, else "warn". */
  readonly level?: Level | undefined;
}

/**
 * Writes records. No method blocks or throws, whatever it is given; what cannot be delivered is counted.
 * An error among the fields becomes the record's exception, with its stack and its causes.
 */
export interface Log {
  readonly trace: Write;
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  readonly fatal: Write;
  /** A thing that matters in an incident, by a name that never changes: `log.tag("SESSION_DROP", { userId, reason })`. */
  readonly tag: (name: string, fields?: Fields, more?: string | TagOptions) => void;
  /** A log whose records carry these fields, too. */
  readonly child: (fields: Fields) => Log;
  /** Runs `work`; every record written meanwhile, also in what it awaits, carries these fields: ids of a request, `readTraceparent(header)`. */
  readonly with: <Result>(context: Fields, work: () => Result) => Result;
  readonly isEnabled: (level: Level) => boolean;
  /** Resolves when the records written so far are delivered or given up, or after `deadlineMs` (5,000 by default). */
  readonly flush: (deadlineMs?: number) => Promise<void>;
  /** Delivers what waits, for `deadlineMs` (5,000 by default) at most, and ends the sending. Says what became of the records. */
  readonly close: (deadlineMs?: number) => Promise<LogStats>;
  readonly stats: () => LogStats;
}

/** `log.error("payment failed", { orderId, error })`, `log.error("payment failed", error)`, `log.error(error)`. */
export type Write = (message: string | Error, more?: Fields) => void;

/**
 * Makes the log of a program. Lines go to stdout for any collector; with `url` they are sent to TraceOps, too.
 * Never throws: what is wrong with the options is written as TRACEOPS_LOG_MISCONFIGURED and stands in `stats().problems`.
 */
export function createLog(options: LogOptions): Log {
  return createLogWith(options, realPorts());
}

/** The same with another clock, chance and output; for tests. */
export function createLogWith(options: LogOptions, ports: Ports): Log {
  return logOf(createCore(readOptions(options ?? {}), ports), {});
}

function logOf(core: Core, own: Fields): Log {
  const scope: Scope = { own, bound: null };
  const at = (level: Level) => (message: unknown, more?: unknown) => {
    if (core.isEnabled(level)) core.write(scope, () => readCall(level, message, more));
  };
  return {
    trace: at("trace"),
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    fatal: at("fatal"),
    tag: (name, fields, more) => core.write(scope, () => readTag(name, fields, more)),
    child: (fields) => logOf(core, mergeFields(own, fields ?? {})),
    with: (context, work) => core.with(context, work),
    isEnabled: (level) => levelFrom(level) !== null && core.isEnabled(level),
    flush: (deadlineMs) => core.flush(deadlineMs),
    close: (deadlineMs) => core.close(deadlineMs),
    stats: () => core.stats(),
  };
}
