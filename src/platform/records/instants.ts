import { type EpochNs, epochNs } from "../../core/ids.ts";

const ISO = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9})\d*)?\s?(Z|[+-]\d{2}:?\d{2})?$/iu;
const MIN_MS = Date.UTC(2000, 0, 1);
const MAX_MS = Date.UTC(2100, 0, 1);

/** An instant from a number or text of any usual unit; text without a zone is UTC. Null for what is no believable time. */
export function instantNs(value: unknown): EpochNs | null {
  if (typeof value === "number") return fromNumber(value);
  if (typeof value !== "string") return null;
  const text = value.trim();
  if (/^\d{19}$/u.test(text)) return believable(BigInt(text));
  if (/^\d{9,18}(?:\.\d{1,9})?$/u.test(text)) return fromNumber(Number(text));
  return fromIso(text);
}

function fromIso(text: string): EpochNs | null {
  const match = ISO.exec(text);
  if (!match) return null;
  const [, day = "", clock = "", fraction = "", zone = "Z"] = match;
  const ms = Date.parse(`${day}T${clock}${zone.toUpperCase()}`);
  return Number.isNaN(ms) ? null : believable(BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, "0")));
}

/** Seconds, milliseconds, microseconds and nanoseconds are told apart by size. */
function fromNumber(value: number): EpochNs | null {
  if (!Number.isFinite(value) || value <= 0) return null;
  if (value > 1e17) return believable(BigInt(Math.round(value)));
  const ms = value * (value > 1e14 ? 1e-3 : value > 1e11 ? 1 : 1000);
  return believable(BigInt(Math.round(ms * 1000)) * 1000n);
}

function believable(ns: bigint): EpochNs | null {
  const ms = Number(ns / 1_000_000n);
  return ms >= MIN_MS && ms < MAX_MS ? epochNs(ns) : null;
}
