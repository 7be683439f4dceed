import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { AppError } from "../app/errors.ts";
import { type CommandArguments, type CommandIo, reasonOf, textOption } from "./command.ts";

export interface Series {
  /** From the begin of one backup to the begin of the next. */
  readonly everySeconds: number;
  /** How many of the newest stay. */
  readonly keep: number;
}

const MAX_EVERY_SECONDS = 7 * 24 * 60 * 60;
const MAX_KEPT = 10_000;
const DEFAULT_KEPT = 10;
const FILE = /^traceops-\d{8}T\d{6}Z\.backup\.gz$/u;

/** What `--every` and `--keep` ask for; null for one backup. Throws `AppError` with what to type instead. */
export function seriesIn(args: CommandArguments): Series | null {
  const every = textOption(args, "every");
  const keep = textOption(args, "keep");
  if (every === undefined) {
    if (keep !== undefined) throw new AppError("invalid-input", "--keep goes with --every.");
    return null;
  }
  return {
    everySeconds: wholeNumber(every, { name: "--every", most: MAX_EVERY_SECONDS }),
    keep: keep === undefined ? DEFAULT_KEPT : wholeNumber(keep, { name: "--keep", most: MAX_KEPT }),
  };
}

function wholeNumber(text: string, { name, most }: { readonly name: string; readonly most: number }): number {
  const value = /^\d{1,9}$/u.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) throw new AppError("invalid-input", `${name} takes a whole number from 1 to ${most}.`);
  return value;
}

/** The name of a backup that began then: names in order are times in order. */
export function backupName(atMs: number): string {
  return `traceops-${new Date(atMs).toISOString().replaceAll(/[-:]|\.\d+/gu, "")}.backup.gz`;
}

/**
 * Makes one backup after the other until the process is told to stop, and removes the oldest of its own beyond those to
 * keep. One that fails is said and the next one tried; older ones stay then.
 */
export async function keepBackingUp(
  folder: string,
  { everySeconds, keep }: Series,
  { io, once }: { readonly io: CommandIo; readonly once: () => Promise<void> },
): Promise<void> {
  while (!io.stop.aborted) {
    const begun = performance.now();
    const isMade = await once().then(
      () => true,
      (error: unknown) => tell(io, `This backup failed, the next one is tried: ${reasonOf(error)}\n`),
    );
    if (isMade) await removeOldest(folder, keep);
    const tookSeconds = (performance.now() - begun) / 1_000;
    if (isMade && !io.stop.aborted) {
      const worst = Math.ceil(Math.max(everySeconds, tookSeconds) + tookSeconds);
      io.out(`At this pace at most the last ${worst} s of writes would be lost.\n`);
    }
    await wait(Math.max(0, everySeconds - tookSeconds) * 1_000, null, { signal: io.stop }).catch(() => undefined);
  }
}

/** False, for what did not work. */
function tell(io: CommandIo, sentence: string): false {
  // A stop in the middle of a backup ends it on purpose.
  if (!io.stop.aborted) io.err(sentence);
  return false;
}

async function removeOldest(folder: string, keep: number): Promise<void> {
  const made = (await readdir(folder)).filter((name) => FILE.test(name)).toSorted();
  for (const name of made.slice(0, Math.max(0, made.length - keep))) await rm(join(folder, name), { force: true });
}
