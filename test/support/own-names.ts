import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";

const ROOT = resolve(import.meta.dirname, "../..");
const PRELOAD = resolve(import.meta.dirname, "preload-edits.ts");
const NO_NAMES = "127.0.0.1 localhost\n";
/** In a view of the files of its own, where names are looked up in files that the test writes. */
const IN_OWN_VIEW = 'mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/resolv.conf && shift 2 && exec "$@"';

/** Whether this account may mount: tests that need it are skipped with a message where it may not. */
export const MAY_MOUNT =
  process.platform === "linux" && spawnSync("unshare", ["-m", "true"], { stdio: "ignore" }).status === 0;

/** Names as the processes of a test see them: only those that it knows, and none at all once they are dead. */
export class OwnNames {
  readonly #hosts: string;
  readonly #resolver: string;
  readonly #known: string;

  constructor(folder: string, names: readonly string[]) {
    this.#hosts = join(folder, "hosts");
    this.#resolver = join(folder, "resolv.conf");
    this.#known = `${NO_NAMES}${names.map((name) => `127.0.0.1 ${name}\n`).join("")}`;
    // Nobody answers there: a name that is not in the file is not found.
    writeFileSync(this.#resolver, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
    this.revive();
  }

  /** From now on no name is found any more. */
  die(): void {
    writeFileSync(this.#hosts, NO_NAMES);
  }

  revive(): void {
    writeFileSync(this.#hosts, this.#known);
  }

  /** The program in a process that looks names up here. `SOURCE_EDITS` changes it while it is loaded, for negative controls. */
  start(args: readonly string[], settings: Readonly<Record<string, string>>): { child: ChildProcess; log(): string } {
    const edits = process.env["SOURCE_EDITS"];
    const program = [
      process.execPath,
      "--disable-warning=ExperimentalWarning",
      ...(edits === undefined ? [] : ["--import", PRELOAD]),
      join(ROOT, "src/cli/traceops.ts"),
      ...args,
    ];
    const child = spawn("unshare", ["-m", "sh", "-c", IN_OWN_VIEW, "sh", this.#hosts, this.#resolver, ...program], {
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: process.env["HOME"] ?? "",
        ...(edits === undefined ? {} : { SOURCE_EDITS: edits }),
        ...settings,
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let log = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      log = (log + chunk.toString("utf8")).slice(-200_000);
    });
    return { child, log: () => log };
  }
}
