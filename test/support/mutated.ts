import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";

/** One text of one file of the program and what stands there instead. Running fails when the text is not there any more. */
export interface Edit {
  /** The end of the file's path. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const run = promisify(execFile);
const PRELOAD = resolve(import.meta.dirname, "preload-edits.ts");
const TIMEOUT_MS = 240_000;
const MAX_OUTPUT = 16 * 1024 * 1024;

/**
 * What a script of the tests prints as JSON while the program is changed by these edits: a negative control, which a check
 * that is not blind must fail. Without edits it is the script over the program as it is. Throws when the script fails.
 */
export async function mutated(script: string, args: readonly string[], edits: readonly Edit[]): Promise<unknown> {
  const { stdout } = await run(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--import", PRELOAD, script, ...args],
    {
      env: { ...process.env, SOURCE_EDITS: JSON.stringify(edits), NODE_OPTIONS: "" },
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT,
    },
  );
  return JSON.parse(stdout);
}
