import fc from "fast-check";
import type { Event, LogEvent } from "../../src/core/event.ts";
import { mask } from "../../src/core/log-templates/mask.ts";
import { linesOf } from "../../src/core/timeline/repeats.ts";
import { BASELINE, WINDOW, words } from "./observations.ts";
import { seen } from "./timeline-records.ts";

/** What one line of a template may say besides its words. */
export interface Variant {
  readonly level: "info" | "warn" | "error";
  readonly place: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** A line as it is written: when, and what. */
export interface Written extends Variant {
  readonly atMs: number;
  readonly number: number;
}

const FIELDS: readonly Variant["fields"][] = [
  {},
  { "peer.service": "basket" },
  { "peer.service": "payments" },
  { "exception.type": "ShelfTimeoutError" },
  { "exception.type": "CardRefusedError" },
  { "event.name": "ORDER_LOST" },
  { "http.response.status_code": 503 },
  { "http.response.status_code": 404 },
  { "http.response.status_code": 200 },
  { "peer.service": "basket", "exception.type": "CardRefusedError" },
];

const aVariant: fc.Arbitrary<Variant> = fc.record({
  level: fc.constantFrom("info" as const, "warn" as const, "error" as const),
  place: fc.constantFrom("shelf", "till", "door"),
  fields: fc.constantFrom(...FIELDS),
});

const aCourse = fc.record({
  variant: aVariant,
  fromMs: fc.integer({ min: BASELINE.fromMs, max: WINDOW.toMs - 60_000 }),
  everyMs: fc.integer({ min: 8_000, max: 120_000 }),
});

/** Lines of one service that share a template and say different things; in order of time, with those of normal work. */
export const aMixedNight: fc.Arbitrary<readonly Written[]> = fc
  .array(aCourse, { minLength: 2, maxLength: 5 })
  .map((courses) => {
    const usual: Variant = { level: "info", place: "counter", fields: {} };
    const all = [{ variant: usual, fromMs: BASELINE.fromMs, everyMs: 20_000 }, ...courses];
    const lines = all.flatMap(({ variant, fromMs, everyMs }) =>
      Array.from({ length: Math.min(700, Math.floor((WINDOW.toMs - fromMs) / everyMs)) }, (_, at) => ({
        ...variant,
        atMs: fromMs + at * everyMs,
        number: at,
      })),
    );
    return lines.toSorted((a, b) => a.atMs - b.atMs);
  });

export const messageOf = ({ place, number }: Written) => `order ${1000 + number} not packed at ${place}`;

export const secondOf = (atMs: number) => Math.floor(atMs / 1000);

/** How many lines say each thing that the engine tells failures apart by; others by their severity alone. */
export function countsOf(events: readonly Event<string>[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const event of events) {
    if (event.kind !== "log") continue;
    const { severity, exception, attributes, body } = event;
    const told = ["peer.service", "event.name", "http.response.status_code"].map((name) => attributes[name] ?? "");
    const isFailing = severity !== "info" || Number(attributes["http.response.status_code"] ?? 0) >= 400;
    const name = [severity, ...(isFailing ? [exception?.type ?? "", ...told, mask(words(body))] : [])].join(" | ");
    counts[name] = (counts[name] ?? 0) + linesOf(event);
  }
  return counts;
}

/** What the engine says of records, without the parts of a second that counted lines do not have. */
export function answerTo(events: readonly Event<string>[]) {
  const { symptoms, onset } = seen(events.flatMap((event) => (event.kind === "log" ? [asSafe(event)] : [])));
  const told = symptoms.map(({ id, course, count, baselineCount, surprise, ended, firstAtMs, lastAtMs }) => ({
    id,
    course,
    count,
    baselineCount,
    surprise,
    ended,
    first: secondOf(firstAtMs),
    last: secondOf(lastAtMs),
  }));
  return {
    symptoms: told.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    onset: onset === null ? null : secondOf(onset.atMs),
  };
}

/** Made-up lines hold nothing that would have to be redacted. */
const asSafe = (event: LogEvent<string>) => event as LogEvent;
