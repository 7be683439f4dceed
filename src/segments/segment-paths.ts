import { mkdir, open, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** One segment file. Later sequences of a writer were written later. */
export interface SegmentPath {
  readonly tenant: string;
  readonly writer: string;
  readonly sequence: number;
  readonly path: string;
  /** Whether its writer has gone on to a later one: nothing is appended to it any more. */
  readonly isSealed: boolean;
}

const NAME = /^[\w.-]{1,100}$/u;
const SEGMENT = /^(\d{6,12})\.seg$/u;
const FOLDER_MODE = 0o700;

/** Folder of `dataDir` that holds all segments. */
export const segmentsFolder = (dataDir: string): string => join(dataDir, "segments");

/** The file of a sequence. Digits are filled up so that names sort as numbers. */
export function segmentPath(folder: string, sequence: number): string {
  return join(folder, `${String(sequence).padStart(6, "0")}.seg`);
}

export const indexPath = (path: string): string => path.replace(/\.seg$/u, ".idx");

/** Where the salt of a segment is noted a second time. */
export const saltPath = (path: string): string => path.replace(/\.seg$/u, ".salt");

/** Throws for a name that cannot be a folder's name on every system. */
export function checkName(what: "tenant" | "writer", name: string): void {
  if (NAME.test(name) && !/^\.+$/u.test(name)) return;
  throw new Error(`"${name}" cannot name a ${what} of segments: use letters, digits, ".", "-" and "_"`);
}

/** Names of the folders in `folder`, sorted; none when it does not exist. */
export async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(orNothing);
  return entries
    .filter((entry) => entry.isDirectory() && NAME.test(entry.name))
    .map(({ name }) => name)
    .toSorted();
}

/** Every writer of every tenant. */
export async function writersIn(
  root: string,
): Promise<readonly { readonly tenant: string; readonly writer: string }[]> {
  const found: { tenant: string; writer: string }[] = [];
  for (const tenant of await foldersIn(root)) {
    for (const writer of await foldersIn(join(root, tenant))) found.push({ tenant, writer });
  }
  return found;
}

/** Every segment of a writer, oldest first. */
export async function segmentsOf(root: string, tenant: string, writer: string): Promise<readonly SegmentPath[]> {
  const folder = join(root, tenant, writer);
  const names = await readdir(folder).catch(orNothing);
  const sequences = names
    .flatMap((name) => SEGMENT.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((left, right) => left - right);
  return sequences.map((sequence, index) => {
    const isSealed = index < sequences.length - 1;
    return { tenant, writer, sequence, path: segmentPath(folder, sequence), isSealed };
  });
}

/** Every segment of a tenant, by writer and sequence. */
export async function segmentsOfTenant(root: string, tenant: string): Promise<readonly SegmentPath[]> {
  const found: SegmentPath[] = [];
  for (const writer of await foldersIn(join(root, tenant))) found.push(...(await segmentsOf(root, tenant, writer)));
  return found;
}

/** Makes a writer's folder, for nobody but us, and has the disk keep it. */
export async function makeFolder(folder: string, root: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  if (made === undefined) return;
  for (let at = folder; at.startsWith(dirname(root)) && at !== dirname(at); at = dirname(at)) await syncFolder(at);
}

/** Whether there is such a folder. Rejects when that cannot be told. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Has the disk keep what the folder says about its files. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether the error says that a file or folder is not there: it was removed meanwhile. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function orNothing(error: unknown): never[] {
  if (isMissing(error)) return [];
  throw error;
}
