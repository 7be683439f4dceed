export type { LogStats } from "./core.ts";
export type { Fields } from "./fields.ts";
export type { Level } from "./levels.ts";
export { closeOnSignal, type SignalOptions } from "./lifecycle.ts";
export { createLog, type Log, type TagOptions, type Write } from "./log.ts";
export type { LogLimits, LogOptions } from "./options.ts";
export type { RedactOptions } from "./redaction.ts";
export type { DropReason, SinkStats } from "./sink-stats.ts";
export { newTrace, readTraceparent, type TraceIds, writeTraceparent } from "./trace-context.ts";
