import { stat } from "node:fs/promises";
import { z } from "zod";
import type { Event } from "../../core/event.ts";
import type { Evidence } from "../../core/evidence.ts";
import { type EpochMs, epochMs } from "../../core/ids.ts";
import { nsToMs } from "../../core/time.ts";
import { readChange } from "./changes.ts";
import { readClusterText } from "./cluster-text.ts";
import { readClusterJson } from "./kubernetes.ts";
import { areLarge, holdsLines, type LargeReading, readLargeLogs } from "./large-logs.ts";
import { type BundleLimits, DEFAULT_LIMITS } from "./limits.ts";
import { type FileLine, InflateLimitError, readChunks, readLines } from "./lines.ts";
import { readCsvHeader, readCsvRow } from "./metrics-csv.ts";
import { readClusterObjects, readYaml, settleObjects } from "./objects.ts";
import { readLog } from "./read-log.ts";
import type { LargeFile } from "./shards.ts";
import { createSink, type FileTally, type Sink, type TimeRange, tallyOf, type UnnamedEvent } from "./sink.ts";
import { tellFile } from "./tell-file.ts";
import { type BundleFile, walkBundle, whyUnreadable } from "./walk.ts";
import { settleZones } from "./zones.ts";

export interface BundleOptions {
  /** Only records in this range are kept; null keeps all. */
  readonly range: TimeRange | null;
  /** For logs without a year and tables with ages; null takes each file's own time of change. */
  readonly collectedAt: EpochMs | null;
  readonly limits?: Partial<BundleLimits>;
}

/** What a bundle, or a set of log files, holds. Text is raw: it must pass redaction before anybody sees it. */
export interface BundleReading {
  readonly evidence: Evidence<string>;
  /** What could not be read and what to do about it: one sentence each, path first. */
  readonly problems: readonly string[];
  /** What was assumed, for example the zone of a clock. */
  readonly notes: readonly string[];
  /** The body of alert.json as it is, for the alert sources to read; null when there is none. */
  readonly alert: unknown;
  /** First and last record; null when there is none. */
  readonly span: TimeRange | null;
  /** Every service that a record names, sorted. */
  readonly services: readonly string[];
  /** False when there is nothing to think about: say the problems and stop. */
  readonly analysable: boolean;
}

/** Reads incident bundles, folders and plain log files within fixed limits. Never throws on what files hold. */
export async function readBundle(
  paths: readonly string[],
  options: BundleOptions,
  signal: AbortSignal,
): Promise<BundleReading> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const walk = await walkBundle(paths, limits, signal);
  const state = newState(createSink(options.range, limits), options);
  state.problems.push(...walk.problems);
  if (areLarge(walk.files, limits)) state.large = [];
  for (const file of walk.files) {
    signal.throwIfAborted();
    if (!state.sink.open) {
      state.problems.push(
        `${file.ref} and what follows was not read: the limit of ${limits.maxLines} lines is reached.`,
      );
      break;
    }
    await readFile(file, state, signal);
  }
  await readLarge(state, signal);
  state.notes.push(...settleZones(state.sink));
  if (options.range === null) settleObjects(state.sink.events);
  return toReading(state, paths);
}

interface ReadState {
  readonly sink: Sink;
  readonly options: BundleOptions;
  readonly problems: string[];
  readonly notes: string[];
  readonly topology: (readonly [string, string])[];
  alert: unknown;
  /** Files whose lines are counted in the end; null when all lines are kept. */
  large: LargeFile[] | null;
}

function newState(sink: Sink, options: BundleOptions): ReadState {
  return { sink, options, problems: [], notes: [], topology: [], alert: null, large: null };
}

type ReadRole = (
  file: BundleFile,
  context: { state: ReadState; tally: FileTally; signal: AbortSignal },
) => Promise<void>;

const ROLES: Readonly<Record<BundleFile["role"], ReadRole>> = {
  log: async (file, { state, tally, signal }) => {
    const year = new Date(await collectedAt(file, state)).getUTCFullYear();
    await readLog(file, { sink: state.sink, tally, year, signal });
  },
  "metrics-csv": readMetricsCsv,
  changes: readChanges,
  kubernetes: readKubernetes,
  topology: readTopology,
  alert: async (file, { state, tally, signal }) => {
    tally.events++;
    state.alert = await readJson(file, state.sink.limits, signal);
  },
};

async function readFile(file: BundleFile, state: ReadState, signal: AbortSignal): Promise<void> {
  if (state.large !== null && file.role === "log" && holdsLines(file, state.sink.limits)) {
    state.large.push({ file, year: new Date(await collectedAt(file, state)).getUTCFullYear() });
    return;
  }
  const tally = tallyOf(file.ref);
  try {
    await ROLES[file.role](file, { state, tally, signal });
    state.problems.push(...tellFile(tally, file.role));
  } catch (cause) {
    signal.throwIfAborted();
    state.problems.push(tellFailure(file, cause, state.sink.limits));
  }
}

async function readLarge(state: ReadState, signal: AbortSignal): Promise<void> {
  if (state.large === null || state.large.length === 0) return;
  const { limits } = state.sink;
  for (const { file, tally, failure, unread } of await readLargeLogs(state.large, state.sink, signal)) {
    if (failure !== null) state.problems.push(tellFailure(file, causeOf(failure, file), limits));
    else if (unread !== null) state.problems.push(unread);
    if (tally.lines > 0) state.problems.push(...tellFile(tally, "log"));
  }
}

function causeOf({ isInflateLimit, code }: NonNullable<LargeReading["failure"]>, file: BundleFile): Error {
  return isInflateLimit ? new InflateLimitError(file.path) : Object.assign(new Error(code), { code });
}

function tellFailure(file: BundleFile, cause: unknown, limits: BundleLimits): string {
  if (cause instanceof InflateLimitError)
    return `${file.ref} grows to more than ${limits.maxInflateRatio} times its size when unpacked: it was left out; unpack it yourself if you trust it.`;
  if (cause instanceof SyntaxError)
    return `${file.ref} is not valid ${file.role === "kubernetes" ? "JSON or YAML" : "JSON"}: it was left out.`;
  if (file.gzip && cause instanceof Error && "code" in cause && String(cause.code).startsWith("Z_"))
    return `${file.ref} is a damaged gzip file: what came before the damage was read.`;
  return whyUnreadable(file.ref, cause);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readChanges(...[file, { state, tally, signal }]: Parameters<ReadRole>): Promise<void> {
  for await (const lines of readLines(file, state.sink.limits, signal)) {
    for (const line of lines.filter(({ text }) => text.trim() !== "")) {
      if (!state.sink.line(tally)) return;
      addOrCount(state.sink, { tally, line, event: readChange(parsed(line.text)) });
    }
  }
}

async function readMetricsCsv(...[file, { state, tally, signal }]: Parameters<ReadRole>): Promise<void> {
  let columns: ReturnType<typeof readCsvHeader> = null;
  for await (const lines of readLines(file, state.sink.limits, signal)) {
    for (const line of lines) {
      if (!state.sink.line(tally)) return;
      if (columns) addOrCount(state.sink, { tally, line, event: readCsvRow(line.text, columns) });
      else columns = readCsvHeader(line.text);
      if (columns === null) return;
    }
  }
}

interface ReadRow {
  readonly tally: FileTally;
  readonly line: FileLine;
  readonly event: UnnamedEvent | null;
}

function addOrCount(sink: Sink, { tally, line, event }: ReadRow): void {
  if (event) sink.add(tally, `L${line.number}`, event);
  else tally.broken++;
}

async function readKubernetes(...[file, { state, tally, signal }]: Parameters<ReadRole>): Promise<void> {
  const text = await readText(file, state.sink.limits, signal);
  const collectedMs = await collectedAt(file, state);
  const records = isJsonOrYaml(text)
    ? (await readDocuments(text)).flatMap((value) => [
        ...readClusterJson(value, state.options.range),
        ...readClusterObjects(value, collectedMs, state.options.range),
      ])
    : readClusterText(text, epochMs(collectedMs));
  tally.lines += records.length;
  for (const { place, event } of records) state.sink.add(tally, place, event);
}

/** `kubectl get … -o yaml` begins with one of these, its tables and `describe` never do. */
const YAML_OF_KUBECTL = /^\s*(?:---\s*\n)?(?:#[^\n]*\n)*(?:apiVersion|kind|items|metadata):(?:\s|$)/u;

function isJsonOrYaml(text: string): boolean {
  return /^\s*[{[]/u.test(text) || YAML_OF_KUBECTL.test(text);
}

async function readDocuments(text: string): Promise<readonly unknown[]> {
  if (!/^\s*[{[]/u.test(text)) return readYaml(text);
  const value: unknown = JSON.parse(text);
  return [value];
}

const topologyFile = z.object({ edges: z.array(z.tuple([z.string(), z.string()])).max(20_000) });

async function readTopology(...[file, { state, tally, signal }]: Parameters<ReadRole>): Promise<void> {
  const read = topologyFile.safeParse(await readJson(file, state.sink.limits, signal));
  if (!read.success) {
    tally.broken++;
    return;
  }
  tally.events += read.data.edges.length;
  state.topology.push(...read.data.edges);
}

async function readText(file: BundleFile, limits: BundleLimits, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of readChunks(file, limits, signal)) {
    size += chunk.length;
    if (size > limits.maxDocumentBytes) throw new RangeError(`${file.ref} is too long`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/^\uFEFF/u, "");
}

async function readJson(file: BundleFile, limits: BundleLimits, signal: AbortSignal): Promise<unknown> {
  return JSON.parse(await readText(file, limits, signal));
}

async function collectedAt(file: BundleFile, state: ReadState): Promise<number> {
  return state.options.collectedAt ?? (await stat(file.path)).mtimeMs;
}

function toReading(state: ReadState, paths: readonly string[]): BundleReading {
  const events = inOrder(state.sink.events);
  const span = spanOf(events);
  return {
    evidence: toEvidence(state, events, paths),
    problems: state.problems,
    notes: state.notes,
    alert: state.alert,
    span,
    services: servicesOf(events),
    analysable: events.length > 0,
  };
}

/** By time, then by place, so that the order of files on disk does not matter. */
function inOrder(events: readonly Event<string>[]): readonly Event<string>[] {
  // Nanoseconds are slow to compare; rounded to a double they keep their order, and nearly every pair differs already.
  const timed = events.map((event) => ({ event, about: Number(event.atNs) }));
  timed.sort((a, b) => a.about - b.about || compareExactly(a.event, b.event));
  return timed.map(({ event }) => event);
}

function compareExactly(a: Event<string>, b: Event<string>): number {
  if (a.atNs !== b.atNs) return a.atNs < b.atNs ? -1 : 1;
  return a.ref < b.ref ? -1 : Number(a.ref > b.ref);
}

function servicesOf(events: readonly Event<string>[]): readonly string[] {
  const services = new Set<string>();
  for (const { service } of events) if (service !== null) services.add(service);
  return [...services].toSorted();
}

function spanOf(events: readonly Event<string>[]): TimeRange | null {
  const first = events[0];
  const last = events.at(-1);
  return first && last ? { fromMs: nsToMs(first.atNs), toMs: nsToMs(last.atNs) } : null;
}

const MAX_TOLD = 5;

function toEvidence(state: ReadState, events: readonly Event<string>[], paths: readonly string[]): Evidence<string> {
  const told = [...state.problems, ...state.notes];
  const sentence =
    told.slice(0, MAX_TOLD).join(" ") + (told.length > MAX_TOLD ? ` And ${told.length - MAX_TOLD} more.` : "");
  if (events.length === 0) {
    return state.problems.length > 0
      ? { status: "failed", reason: "invalid", detail: sentence }
      : {
          status: "empty",
          searched: `${paths.join(", ")}: ${state.sink.scannedLines} lines, none of them in the time range`,
        };
  }
  return {
    status: "found",
    events,
    read: state.sink.scannedLines,
    partial: told.length > 0 ? sentence : null,
    ...(state.topology.length > 0 ? { topology: state.topology } : {}),
  };
}
