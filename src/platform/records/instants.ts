import { type EpochNs, epochNs } from "../../core/ids.ts";

const EPOCH_TEXT = /^\d{9,19}(?:\.\d{1,9})?$/u;

/** A time as a record gives it. Without a zone it is a wall clock, read as UTC until somebody knows better. */
export interface Instant {
  readonly ns: EpochNs;
  readonly zone: "given" | "none";
}

const NS_PER_MS = 1_000_000n;
const MIN_MS = Date.UTC(2000, 0, 1);
const MAX_MS = Date.UTC(2100, 0, 1);
const MIN_NS = BigInt(MIN_MS) * NS_PER_MS;
const MAX_NS = BigInt(MAX_MS) * NS_PER_MS;
const MINUTE_MS = 60_000;

const ISO =
  /^(\d{4})[-/](\d{2})[-/](\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9})\d*)?\s?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?(?![\d:])/iu;

/** An instant from a JSON value: epoch numbers of any usual unit, or text that begins with a time. Null when it is no believable time. */
export function instantOf(value: unknown): Instant | null {
  if (typeof value === "number") return fromEpoch(value);
  if (typeof value !== "string") return null;
  const text = value.trim();
  return EPOCH_TEXT.test(text) ? fromEpochText(text) : (fromIso(text)?.instant ?? null);
}

/** The same for text that is a time and nothing else; without a zone it is UTC. */
export function instantNs(value: unknown): EpochNs | null {
  if (typeof value === "string" && !EPOCH_TEXT.test(value.trim())) {
    const found = fromIso(value.trim());
    return found?.length === value.trim().length ? found.instant.ns : null;
  }
  return instantOf(value)?.ns ?? null;
}

/** An ISO-like time at the start of a text and how many characters it takes; null when there is none. */
export function fromIso(text: string): { instant: Instant; length: number } | null {
  const match = ISO.exec(text);
  if (!match) return null;
  const [whole, year, month, day, hour, minute, second, fraction = "", zone] = match;
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  if (Number(month) > 12 || Number(day) > 31 || Number(hour) > 24 || Number(minute) > 59) return null;
  const utcMs = ms - offsetMinutes(zone) * MINUTE_MS;
  if (!isBelievable(utcMs)) return null;
  const ns = BigInt(utcMs) * NS_PER_MS + BigInt(fraction.padEnd(9, "0"));
  return { instant: { ns: epochNs(ns), zone: zone === undefined ? "none" : "given" }, length: whole.length };
}

/** An instant from calendar parts in UTC or without a zone; null when it is not believable. */
export function fromParts(utcMs: number, fraction: string, zone: string | undefined): Instant | null {
  const ms = utcMs - offsetMinutes(zone) * MINUTE_MS;
  if (!Number.isFinite(ms) || !isBelievable(ms)) return null;
  const ns = BigInt(ms) * NS_PER_MS + BigInt(fraction.slice(0, 9).padEnd(9, "0"));
  return { ns: epochNs(ns), zone: zone === undefined ? "none" : "given" };
}

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size. */
export function fromEpoch(value: number): Instant | null {
  if (!Number.isFinite(value) || value <= 0) return null;
  const ms = value * msPerUnit(value);
  if (!isBelievable(ms)) return null;
  return { ns: epochNs(BigInt(Math.round(ms * 1000)) * 1000n), zone: "given" };
}

function fromEpochText(text: string): Instant | null {
  // 19 digits do not fit into a double: nanoseconds are read as an integer.
  if (!/^\d{19}$/u.test(text)) return fromEpoch(Number(text));
  const ns = BigInt(text);
  return ns >= MIN_NS && ns < MAX_NS ? { ns: epochNs(ns), zone: "given" } : null;
}

function msPerUnit(value: number): number {
  if (value > 1e17) return 1e-6;
  if (value > 1e14) return 1e-3;
  return value > 1e11 ? 1 : 1000;
}

function offsetMinutes(zone: string | undefined): number {
  const match = zone === undefined ? null : /^([+-])(\d{2}):?(\d{2})$/u.exec(zone);
  if (!match) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === "-" ? -minutes : minutes;
}

function isBelievable(ms: number): boolean {
  return ms >= MIN_MS && ms < MAX_MS;
}
