import { type EpochNs, epochNs } from "../../core/ids.ts";
import { fromEpoch, fromIso } from "./instants.ts";

const NANOSECONDS = /^\d{18,19}$/u;
const MIN_NS = 946_684_800_000_000_000n;
const MAX_NS = 4_102_444_800_000_000_000n;

/** Either an instant, or what is wrong with the text, for its sender. */
export type ReadInstant =
  | { readonly status: "read"; readonly ns: EpochNs }
  | { readonly status: "invalid"; readonly because: string };

/**
 * An instant of the event format: nanoseconds as a decimal string or RFC 3339 with a zone; numbers of seconds to
 * nanoseconds are told apart by size. A time without a zone is refused: two clocks could be hours apart and nobody would see it.
 */
export function readInstant(value: unknown): ReadInstant {
  if (typeof value === "number") return fromNumber(value);
  if (typeof value !== "string") return invalid("must be a text");
  const text = value.trim();
  if (NANOSECONDS.test(text)) return believable(BigInt(text));
  if (/^\d{9,17}(?:\.\d{1,9})?$/u.test(text)) return fromNumber(Number(text));
  const found = fromIso(text);
  if (found === null || found.length !== text.length) {
    return invalid("must be nanoseconds since 1970 as a decimal string, or RFC 3339 like 2026-11-21T01:47:20.5Z");
  }
  if (found.instant.zone === "none") return invalid("has no zone: add Z for UTC, or +02:00");
  return { status: "read", ns: found.instant.ns };
}

/** The instant as the event format writes it: nanoseconds since 1970, UTC, as a decimal string. */
export function instantText(ns: EpochNs): string {
  return String(ns);
}

function fromNumber(value: number): ReadInstant {
  const instant = fromEpoch(value);
  return instant === null ? invalid(UNBELIEVABLE) : { status: "read", ns: instant.ns };
}

function believable(ns: bigint): ReadInstant {
  return ns >= MIN_NS && ns < MAX_NS ? { status: "read", ns: epochNs(ns) } : invalid(UNBELIEVABLE);
}

const UNBELIEVABLE = "is no time between the years 2000 and 2100";

function invalid(because: string): ReadInstant {
  return { status: "invalid", because };
}
