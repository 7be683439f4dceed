import { stat } from "node:fs/promises";
import { z } from "zod";
import { epochMs } from "../../core/ids.ts";
import type { ReadState } from "./bundle-reading.ts";
import { readChange } from "./changes.ts";
import { readClusterText } from "./cluster-text.ts";
import { readClusterJson } from "./kubernetes.ts";
import { type LargeLogs, type LargeReading, readLargeLogs } from "./large-logs.ts";
import type { BundleLimits } from "./limits.ts";
import { type FileLine, InflateLimitError, readChunks, readLines } from "./lines.ts";
import { readCsvHeader, readCsvRow } from "./metrics-csv.ts";
import { readClusterObjects, readYaml, settleObjects } from "./objects.ts";
import { readLog } from "./read-log.ts";
import { type FileTally, type Sink, tallyOf, type UnnamedEvent } from "./sink.ts";
import { tellFile, tellUnread } from "./tell-file.ts";
import { type BundleFile, whyUnreadable } from "./walk.ts";
import { settleZones } from "./zones.ts";

/** Reads files by what they hold, and in the end those whose lines are being counted; null when all lines are kept. */
export async function readFiles(
  files: readonly BundleFile[],
  {
    state,
    large,
    signal,
  }: { readonly state: ReadState; readonly large: LargeLogs | null; readonly signal: AbortSignal },
): Promise<void> {
  const counted = new Set(large?.files.map(({ file }) => file));
  for (const file of files.filter((each) => !counted.has(each))) {
    signal.throwIfAborted();
    if (!state.sink.open) {
      state.unread.push(
        `${file.ref} and what follows was not read: the limit of ${state.sink.limits.maxLines} lines is reached.`,
      );
      break;
    }
    await readFile(file, state, signal);
  }
  if (large !== null) await readLarge(large, state, signal);
  state.notes.push(...settleZones(state.sink));
  if (state.options.range === null) settleObjects(state.sink.events);
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
  const tally = tallyOf(file.ref);
  try {
    await ROLES[file.role](file, { state, tally, signal });
    state.problems.push(...tellFile(tally, file.role));
  } catch (cause) {
    signal.throwIfAborted();
    state.problems.push(tellFailure(file, cause, state.sink.limits));
  }
  state.unread.push(...tellUnread(tally));
}

async function readLarge(large: LargeLogs, state: ReadState, signal: AbortSignal): Promise<void> {
  const { limits } = state.sink;
  for (const { file, tally, failure, unread } of await readLargeLogs(large, state.sink, signal)) {
    if (failure !== null) state.problems.push(tellFailure(file, causeOf(failure, file), limits));
    else if (unread !== null) state.unread.push(unread);
    state.unread.push(...tellUnread(tally));
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
      if (state.sink.line(tally)) addOrCount(state.sink, { tally, line, event: readChange(parsed(line.text)) });
      else if (tally.hasMore) return;
    }
  }
}

async function readMetricsCsv(...[file, { state, tally, signal }]: Parameters<ReadRole>): Promise<void> {
  let columns: ReturnType<typeof readCsvHeader> = null;
  for await (const lines of readLines(file, state.sink.limits, signal)) {
    for (const line of lines) {
      if (tally.hasMore) return;
      if (!state.sink.line(tally)) continue;
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
