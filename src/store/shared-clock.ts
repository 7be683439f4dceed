import { setInterval as everySo } from "node:timers/promises";
import { z } from "zod";
import type { Clock, Logger } from "../app/ports.ts";
import { epochMs } from "../core/ids.ts";
import { withClient } from "./client.ts";

const LOOK_EVERY_MS = 30_000;
const FIRST_LOOKS = 3;
/** A slower answer says too little about the moment it was given. */
const MAX_ROUND_TRIP_MS = 2_000;
/** Clocks that are kept differ by less; correcting by what the measuring itself is off would help nobody. */
const MIN_CORRECTED_MS = 500;
const WARN_FROM_MS = 5 * 60_000;
const Row = z.tuple([z.object({ ms: z.coerce.number() })]);

/** The database's time in this process: due times that one process writes are read by others, on other machines. */
export interface SharedClock extends Clock {
  /** What is added to this machine's clock, in ms: above zero when it is behind the database's. 0 below half a second. */
  skewMs(): number;
  stop(): Promise<void>;
}

interface Options {
  readonly machine: Clock;
  readonly logger: Logger;
  /** Told at each look that found more than five minutes. */
  readonly onSkewed?: () => void;
}

/**
 * Measures this machine's clock against the database's, at once and every half minute, and corrects by the difference.
 * Rejects when the database does not answer at the start; later what was measured last goes on being used.
 */
export async function openSharedClock(connectionString: string, options: Options): Promise<SharedClock> {
  const { machine, logger } = options;
  const state = { skewMs: 0, isWarned: false };
  const apply = (measuredMs: number) => {
    state.skewMs = Math.abs(measuredMs) < MIN_CORRECTED_MS ? 0 : Math.round(measuredMs);
    const isFar = Math.abs(measuredMs) > WARN_FROM_MS;
    if (isFar) options.onSkewed?.();
    if (isFar && !state.isWarned) {
      logger.warn(
        { skewMs: state.skewMs },
        "the clock of this machine and the database's differ by more than five minutes; the database's is used. Set both by NTP",
      );
    }
    state.isWarned = isFar;
  };
  const first = await measure(connectionString, machine, FIRST_LOOKS);
  if (first !== null) apply(first);
  const stopping = new AbortController();
  const looking = keepLooking(stopping.signal, async () => {
    const measured = await measure(connectionString, machine, 1).catch(() => null);
    if (measured !== null) apply(measured);
  });
  return {
    nowMs: () => epochMs(machine.nowMs() + state.skewMs),
    skewMs: () => state.skewMs,
    async stop() {
      stopping.abort();
      await looking;
    },
  };
}

async function keepLooking(stop: AbortSignal, look: () => Promise<void>): Promise<void> {
  try {
    for await (const _ of everySo(LOOK_EVERY_MS, undefined, { signal: stop, ref: false })) await look();
  } catch {
    // Only the end of the waiting rejects here.
  }
}

/** How far the database's clock is ahead of this machine's, by the quickest of some answers; null when all were slow. */
async function measure(connectionString: string, machine: Clock, looks: number): Promise<number | null> {
  return withClient(connectionString, async (client) => {
    const best = { ms: 0, roundTripMs: MAX_ROUND_TRIP_MS };
    let isMeasured = false;
    for (let look = 0; look < looks; look++) {
      const [sentMs, begun] = [machine.nowMs(), performance.now()];
      const { rows } = await client.query("SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms");
      const roundTripMs = performance.now() - begun;
      if (roundTripMs > best.roundTripMs) continue;
      const [{ ms }] = Row.parse(rows);
      Object.assign(best, { ms: ms - (sentMs + roundTripMs / 2), roundTripMs });
      isMeasured = true;
    }
    return isMeasured ? best.ms : null;
  });
}
