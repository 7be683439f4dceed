import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const DEADLINE_MS = 15 * 60_000;
const QUIET_DAYS = "110";
const here = (file: string): string => resolve(import.meta.dirname, "..", file);

/** What was measured where no recorded incident could be: how often nothing is called something, and faults put in by hand. */
export interface StandIns {
  /** Lines of `bench:quiet`, one a kind of quiet day. */
  readonly quietDays: readonly string[];
  /** Lines of the calibration on fault-free recordings; empty when there are none. */
  readonly planted: readonly string[];
}

/** Runs both. `folder` holds the unpacked suites. */
export function measureStandIns(folder: string): StandIns {
  const baseline = join(folder, "metrics/baseline");
  return {
    quietDays: linesOf([here("false-accusations.ts"), "--seeds", QUIET_DAYS]),
    planted: existsSync(baseline) ? linesOf([here("calibration.ts"), "--baseline", baseline]) : [],
  };
}

/** A missed aim ends the script with 1 and is printed all the same; anything else is an error. */
function linesOf(args: readonly string[]): readonly string[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
    encoding: "utf8",
    timeout: DEADLINE_MS,
  });
  if (status !== 0 && status !== 1) throw new Error(`${args[0] ?? ""} ended with ${status}: ${stderr.slice(-400)}`);
  return stdout.trimEnd().split("\n");
}
