import type { SpanAttributes } from "../../app/tracing-port.ts";

/**
 * What names and ids of ours look like: one word, of a span's name two. Whoever hands over text by mistake sends a word that
 * says so: sentences, addresses with queries, quotes and payloads have something else in them, or are longer.
 */
const WORD = /^[\w.:<>{}/-]+$/u;
const NAME = /^[\w.:<>{}/-]+(?: [\w.:<>{}/-]+)?$/u;
const MAX_LENGTH = 96;
/** OpenTelemetry's word for a value outside of the list. */
const OTHER = "_OTHER";

export function nameOf(given: string): string {
  return fitting(given, NAME);
}

export function wordOf(given: string): string {
  return fitting(given, WORD);
}

export function valuesOf(given: SpanAttributes): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === "string" ? wordOf(value) : value]),
  );
}

/** The name of what was thrown, and nothing else of it: messages quote what others wrote. */
export function errorTypeOf(thrown: unknown): string {
  return thrown instanceof Error ? wordOf(thrown.name) : OTHER;
}

function fitting(given: string, form: RegExp): string {
  return given.length <= MAX_LENGTH && form.test(given) ? given : OTHER;
}
