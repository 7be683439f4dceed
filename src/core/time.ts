import { type EpochMs, type EpochNs, epochMs, epochNs } from "./ids.ts";
import { own, ownWords, type Safe } from "./safe.ts";

const NS_PER_MS = 1_000_000n;

/** Whole milliseconds of an instant, rounded down. */
export function nsToMs(at: EpochNs): EpochMs {
  return epochMs(Number(at / NS_PER_MS));
}

/** The first nanosecond of a millisecond. Fractions of a millisecond are kept to the microsecond. */
export function msToNs(at: number): EpochNs {
  return epochNs(BigInt(Math.round(at * 1000)) * 1000n);
}

/** "2026-11-21T01:45:00.000Z". */
export function isoTime(at: EpochMs): Safe {
  return ownWords(own(new Date(at).toISOString()));
}

/** The instant that `isoTime` printed; null when the text names none. */
export function isoToMs(text: string): EpochMs | null {
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : epochMs(at);
}

/** "01:45:00Z": the clock of an instant in UTC, for sentences. */
export function clockTime(at: EpochMs): Safe {
  return ownWords(own(`${new Date(at).toISOString().slice(11, 19)}Z`));
}

/** "2 min 20 s", "45 s", "3 h 5 min": a distance in time as people say it. Always positive. */
export function duration(ms: number): Safe {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 60) return ownWords(own(`${seconds} s`));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return ownWords(own(seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`));
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return ownWords(own(minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`));
  return ownWords(own(`${Math.floor(hours / 24)} d ${hours % 24} h`));
}
