import { open, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { BundleLimits } from "./limits.ts";
import type { OpenFile } from "./lines.ts";

export type FileRole = "log" | "metrics-csv" | "changes" | "kubernetes" | "topology" | "alert";

/** A file to read: what it holds, and its path as people know it (inside the bundle, or its name). */
export interface BundleFile extends OpenFile {
  readonly ref: string;
  readonly role: FileRole;
  /** It begins like an export of a collector: whole batches of records in each line. */
  readonly isOtlp: boolean;
}

export interface Walk {
  readonly files: readonly BundleFile[];
  readonly problems: readonly string[];
}

interface Found {
  readonly path: string;
  readonly ref: string;
}

const MAX_DEPTH = 8;
const LOG_NAME = /\.(?:jsonl|ndjson|json|log|txt|out|err)(?:[.-]\d{1,14})?(?:\.gz)?$|^[\w.-]*log[\w.-]*$|^[^.]+$/iu;
const HEAD_BYTES = 8192;
const OTLP = /^\s*\{\s*"resource(?:Logs|Spans|Metrics)"/u;

/** Finds what can be read under the given paths, in a stable order. Links inside folders are not followed. */
export async function walkBundle(paths: readonly string[], limits: BundleLimits, signal: AbortSignal): Promise<Walk> {
  const problems: string[] = [];
  const found: Found[] = [];
  for (const path of paths) {
    signal.throwIfAborted();
    found.push(...(await listPath(path, { limits, problems, several: paths.length > 1 })));
  }
  if (found.length > limits.maxFiles) {
    problems.push(
      `More than ${limits.maxFiles} files: only the first ${limits.maxFiles} are read. Name a smaller folder.`,
    );
  }
  const files: BundleFile[] = [];
  for (const each of found.slice(0, limits.maxFiles)) {
    signal.throwIfAborted();
    const looked = await lookInto(each);
    if (typeof looked === "string") problems.push(looked);
    else files.push(looked);
  }
  return { files, problems };
}

interface Listing {
  readonly limits: BundleLimits;
  readonly problems: string[];
  readonly several: boolean;
}

async function listPath(path: string, { limits, problems, several }: Listing): Promise<readonly Found[]> {
  try {
    const info = await stat(path);
    if (info.isFile()) return [{ path, ref: basename(path) }];
    if (!info.isDirectory()) {
      problems.push(`${path} is neither a file nor a folder: name a log file or a bundle folder.`);
      return [];
    }
    const prefix = several ? `${basename(path)}/` : "";
    const names = await listFolder(path, "", limits.maxFiles + 1);
    if (names.length === 0) problems.push(`${path} is an empty folder: put log files or an incident bundle into it.`);
    const readable = names.filter(looksReadable);
    if (names.length > 0 && readable.length === 0)
      problems.push(`${path} holds no file that is named like a log: name the log files themselves.`);
    return readable.map((name) => ({ path: join(path, name), ref: `${prefix}${name}` }));
  } catch (cause) {
    problems.push(whyUnreadable(path, cause));
    return [];
  }
}

async function listFolder(root: string, below: string, budget: number): Promise<readonly string[]> {
  if (below.split("/").length > MAX_DEPTH) return [];
  const entries = (await readdir(join(root, below), { withFileTypes: true })).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const names: string[] = [];
  for (const entry of entries) {
    if (names.length >= budget) break;
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isFile()) names.push(name);
    else if (entry.isDirectory()) names.push(...(await listFolder(root, name, budget - names.length)));
  }
  return names;
}

async function lookInto(found: Found): Promise<BundleFile | string> {
  try {
    const handle = await open(found.path, "r");
    try {
      const { size } = await handle.stat();
      const head = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
      const bytes = head.subarray(0, bytesRead);
      const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
      return (
        binaryProblem(found.path, bytes, gzip) ?? {
          ...found,
          bytes: size,
          gzip,
          role: roleOf(found),
          isOtlp: OTLP.test(bytes.toString("latin1")),
        }
      );
    } finally {
      await handle.close();
    }
  } catch (cause) {
    return whyUnreadable(found.path, cause);
  }
}

/** Beginnings of files that are not text, and what to do about them. */
const NOT_TEXT: readonly (readonly [at: number, bytes: string, advice: string])[] = [
  [0, "\u00ff\u00fe", "is UTF-16 text: save it as UTF-8."],
  [0, "\u00fe\u00ff", "is UTF-16 text: save it as UTF-8."],
  [0, "PK\u0003", "is a zip archive: unpack it first."],
  [257, "ustar", "is a tar archive: unpack it first."],
];

function binaryProblem(path: string, head: Buffer, gzip: boolean): string | null {
  if (head.length === 0) return `${path} is empty.`;
  if (gzip) return null;
  const text = head.toString("latin1");
  const known = NOT_TEXT.find(([at, bytes]) => text.startsWith(bytes, at));
  if (known) return `${path} ${known[2]}`;
  return head.includes(0) ? `${path} is a binary file, not a log: leave it out or convert it to text.` : null;
}

/** Why a path cannot be read, and what to do, in one sentence. */
export function whyUnreadable(path: string, cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
  if (code === "ENOENT") return `${path} does not exist: check the path.`;
  if (code === "EACCES" || code === "EPERM")
    return `${path} may not be read by this user: allow reading it or copy it.`;
  return `${path} could not be read (${code}).`;
}

function roleOf({ ref }: Found): FileRole {
  const name = basename(ref).replace(/\.gz$/iu, "");
  const inFolder = (folder: string): boolean => new RegExp(`(?:^|/)${folder}/`, "u").test(ref);
  if (/^alert\.json$/iu.test(name)) return "alert";
  if (/^topology\.json$/iu.test(name)) return "topology";
  if (/^changes\.(?:jsonl|ndjson|json)$/iu.test(name)) return "changes";
  if (inFolder("kubernetes")) return "kubernetes";
  if (/\.csv$/iu.test(name)) return "metrics-csv";
  return "log";
}

/** Whether a file inside a folder has the name of a log or of a part of a bundle; a file named by a person is always read. */
function looksReadable(ref: string): boolean {
  const name = basename(ref);
  return LOG_NAME.test(name) || /\.(?:csv|ya?ml)(?:\.gz)?$/iu.test(name);
}
