import { AsyncLocalStorage } from "node:async_hooks";
import { type BoundFields, type Fields, mergeFields, NO_FIELDS } from "./fields.ts";
import { type Level, rankOf } from "./levels.ts";
import { watchProcess } from "./lifecycle.ts";
import type { Settings } from "./options.ts";
import { descriptor, Output, type OutputPort, type Report } from "./output.ts";
import { Push } from "./push.ts";
import { type RecordParts, RecordWriter, type Surroundings } from "./record.ts";
import { createRedaction } from "./redaction.ts";
import type { DropReason, SinkCounts, SinkStats } from "./sink-stats.ts";
import { untraced } from "./trace-context.ts";

/** What became of the records. */
export interface LogStats {
  /** Null when nothing is written to an output. */
  readonly output: SinkStats | null;
  /** Null when nothing is sent. */
  readonly push: SinkStats | null;
  /** What is wrong with the options. */
  readonly problems: readonly string[];
}

/** The parts of the world that a log uses. */
export interface Ports {
  readonly nowMs: () => number;
  readonly chance: () => number;
  readonly output: (fd: 1 | 2) => OutputPort;
}

/** The real clock, chance and file descriptors. */
export function realPorts(): Ports {
  return { nowMs: Date.now, chance: Math.random, output: descriptor };
}

/** A logger's own fields, written as JSON when they are first needed. */
export interface Scope {
  readonly own: Fields;
  bound: BoundFields | null;
}

/** What `log.with` put around the running code, or the mark of this package's own requests. */
interface Around {
  readonly isOwn: boolean;
  readonly fields: Fields;
  bound: { readonly by: object; readonly fields: BoundFields } | null;
}

const around = new AsyncLocalStorage<Around>();
const DEFAULT_DEADLINE_MS = 5_000;
const MAX_DEADLINE_MS = 120_000;
const EXIT_DEADLINE_MS = 2_000;
const NOTHING: Fields = {};
const IMPORTANT = rankOf("warn");

/** One log with its ways out; loggers of one program share it. */
export interface Core {
  isEnabled(level: Level): boolean;
  write(scope: Scope, read: () => RecordParts): void;
  with<Result>(context: Fields, work: () => Result): Result;
  flush(deadlineMs: number | undefined): Promise<void>;
  close(deadlineMs: number | undefined): Promise<LogStats>;
  stats(): LogStats;
}

/** Starts a log. Its listeners for the end of the process are set here. */
export function createCore(settings: Settings, ports: Ports): Core {
  const core = new LogCore(settings, ports);
  watchProcess(core);
  return core;
}

class LogCore implements Core {
  readonly #settings: Settings;
  readonly #minRank: number;
  readonly #writer: RecordWriter;
  readonly #output: Output | null;
  readonly #push: Push | null;
  /** A getter or `toJSON` of a field may log by itself; that would never end. */
  #isWriting = false;
  /** Something was written since the process last had nothing to do. */
  #hasNews = false;

  constructor(settings: Settings, ports: Ports) {
    this.#settings = settings;
    this.#minRank = rankOf(settings.level);
    const { resource, redact, limits, output, target, problems } = settings;
    this.#writer = new RecordWriter({ resource, redaction: createRedaction(redact), nowMs: ports.nowMs });
    const report: Report = (dropped) => this.#dropLine(dropped);
    const fd = output === "none" ? null : output === "stdout" ? 1 : 2;
    const bounds = { maxLines: limits.queueRecords, maxBytes: limits.queueBytes };
    const place = fd ?? (problems.length > 0 ? 2 : null);
    const written = place === null ? null : new Output(ports.output(place), bounds, report);
    this.#output = fd === null ? null : written;
    this.#push =
      target === null
        ? null
        : new Push({
            target,
            limits: settings.push,
            report,
            chance: ports.chance,
            nowMs: ports.nowMs,
            apart: runApart,
            trouble: (because) => this.#output?.add(this.#troubleLine(because), true),
          });
    for (const problem of problems) written?.add(this.#own("TRACEOPS_LOG_MISCONFIGURED", { message: problem }), true);
  }

  isEnabled(level: Level): boolean {
    return rankOf(level) >= this.#minRank;
  }

  write(scope: Scope, read: () => RecordParts): void {
    const surrounding = around.getStore();
    if (this.#isWriting || surrounding?.isOwn === true) return this.#drop("own-record");
    this.#isWriting = true;
    try {
      const parts = read();
      const isImportant = rankOf(parts.level) >= IMPORTANT;
      if (!this.#mayTake(isImportant)) return this.#refuse();
      this.#send(this.#line(parts, this.#surroundings(scope, surrounding)), isImportant);
    } catch {
      this.#drop("unwritable");
    } finally {
      this.#isWriting = false;
    }
  }

  with<Result>(context: Fields, work: () => Result): Result {
    const outer = around.getStore();
    const fields = mergeFields(outer?.fields ?? {}, context ?? {});
    return around.run({ isOwn: outer?.isOwn ?? false, fields, bound: null }, work);
  }

  async flush(deadlineMs: number | undefined): Promise<void> {
    await within(deadlineOf(deadlineMs), [this.#output?.whenIdle(), this.#push?.flush()]);
  }

  async close(deadlineMs: number | undefined): Promise<LogStats> {
    await within(deadlineOf(deadlineMs), [this.#push?.drain()]);
    this.#endPush();
    await within(EXIT_DEADLINE_MS, [this.#output?.whenIdle()]);
    return this.stats();
  }

  stats(): LogStats {
    return {
      output: this.#output?.stats() ?? null,
      push: this.#push?.stats() ?? null,
      problems: this.#settings.problems,
    };
  }

  beforeExit(): void {
    // Once for what was written since: the process comes here again whenever the wait was the only thing it did.
    if (!this.#hasNews) return;
    this.#hasNews = false;
    if ((this.#push?.stats().queued ?? 0) > 0) void within(EXIT_DEADLINE_MS, [this.#push?.drain()]);
  }

  exit(): void {
    this.#endPush();
    this.#output?.flushSync();
  }

  /** What could not be sent is said where somebody may still read it. */
  #endPush(): void {
    if (this.#push === null) return;
    const waiting = this.#push.stats().queued;
    this.#push.giveUp();
    if (waiting > 0) this.#output?.add(this.#dropLine({ reason: "closed", count: waiting, sink: "push" }), true);
  }

  #surroundings(scope: Scope, surrounding: Around | undefined): Surroundings {
    scope.bound ??= this.#writer.bind(scope.own);
    if (surrounding === undefined) return { bound: scope.bound, context: NOTHING, contextBound: NO_FIELDS };
    if (surrounding.bound?.by !== this) {
      surrounding.bound = { by: this, fields: this.#writer.bind(surrounding.fields) };
    }
    return { bound: scope.bound, context: surrounding.fields, contextBound: surrounding.bound.fields };
  }

  /** Fields that cannot even be listed are left out; the message still says what happened. */
  #line(parts: RecordParts, surroundings: Surroundings): string {
    try {
      return this.#writer.line(parts, surroundings);
    } catch {
      return this.#writer.line({ level: parts.level, message: parts.message, tag: parts.tag });
    }
  }

  /** While nobody can take records, calls cost next to nothing. */
  #mayTake(isImportant: boolean): boolean {
    return this.#output?.mayTake(isImportant) === true || this.#push?.mayTake(isImportant) === true;
  }

  #refuse(): void {
    this.#output?.refuse();
    this.#push?.refuse();
  }

  #send(line: string, isImportant: boolean): void {
    this.#hasNews = true;
    this.#output?.add(line, isImportant);
    this.#push?.add(line, isImportant);
  }

  #drop(reason: DropReason): void {
    const counts: (SinkCounts | undefined)[] = [this.#output?.counts, this.#push?.counts];
    for (const each of counts) each?.drop(reason);
  }

  #dropLine({ reason, count, sink }: Parameters<Report>[0]): string {
    const records = count === 1 ? "1 log record was" : `${count} log records were`;
    return this.#own("TRACEOPS_LOG_DROPPED", {
      message: `${records} not delivered (${sink}: ${reason})`,
      fields: { "log.dropped.count": count, "log.dropped.reason": reason, "log.dropped.sink": sink },
    });
  }

  #troubleLine(because: string): string {
    return this.#own("TRACEOPS_LOG_NOT_SENT", { message: `records cannot be sent to TraceOps: ${because}` });
  }

  #own(tag: string, said: { readonly message: string; readonly fields?: Fields }): string {
    return this.#writer.line({ level: "warn", tag, ...said });
  }
}

/** Own requests carry a mark, and OpenTelemetry makes no spans of them: each would ask for another request. */
function runApart(work: () => void): void {
  let hasRun = false;
  const once = () => {
    if (hasRun) return;
    hasRun = true;
    work();
  };
  try {
    around.run({ isOwn: true, fields: {}, bound: null }, () => untraced(once));
  } catch {
    // A broken instrumentation must not stop the sending.
  }
  once();
}

function deadlineOf(deadlineMs: number | undefined): number {
  const isGiven = typeof deadlineMs === "number" && deadlineMs >= 0;
  return isGiven ? Math.min(deadlineMs, MAX_DEADLINE_MS) : DEFAULT_DEADLINE_MS;
}

/** Waits until all are done or the deadline has come; meanwhile the process stays alive. */
async function within(deadlineMs: number, waits: readonly (Promise<void> | undefined)[]): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deadlineMs);
  });
  await Promise.race([Promise.all(waits.filter((wait) => wait !== undefined)), late]);
  clearTimeout(timer);
}
