import type { Branded } from "./ids.ts";

/** Text that redaction has passed. Every outbound port accepts only this, so forgetting to redact does not compile. */
export type Safe = Branded<string, "Safe">;

/** Joins safe parts with our own fixed words: safe`errors began ${minutes} min after ${deploy}`. */
export function safe(words: TemplateStringsArray, ...parts: readonly (Safe | number)[]): Safe {
  return String.raw({ raw: words.map((word) => word) }, ...parts) as Safe;
}

/** Joins safe texts with a fixed separator of ours. */
export function joinSafe(
  parts: readonly Safe[],
  separator: ", " | " · " | "; " | " " | "\n" | "\n\n" | "" | " and ",
): Safe {
  return parts.join(separator) as Safe;
}

/** Shortens safe text to `length` characters, the last of them an ellipsis. Never makes text longer or cuts a surrogate pair. */
export function cutSafe(text: Safe, length: number): Safe {
  if (text.length <= length) return text;
  return `${text
    .slice(0, Math.max(0, length - 1))
    .toWellFormed()
    .replace(/\uFFFD$/u, "")}…` as Safe;
}

/** A piece of text that is safe because it is cut out of safe text. */
export function sliceSafe(text: Safe, start: number, end?: number): Safe {
  return text.slice(start, end) as Safe;
}

/** An instant, a number or an id of ours printed as text: nothing foreign can be in it. */
export function ownWords(text: OwnWords): Safe {
  return text as string as Safe;
}

/** Text that our own code produced from numbers, instants, ids and literals. The brand makes the promise visible. */
export type OwnWords =
  | Branded<string, "OwnWords">
  | Branded<string, "IncidentId">
  | Branded<string, "EventId">
  | Branded<string, "HypothesisId">;

/** Marks the result of our own formatting (times, durations, counts). Never call it with text that came from outside. */
export function own(text: string): OwnWords {
  return text as OwnWords;
}

/** Text that was `Safe` when it was written to our own database. Only `src/store` may call it, on what it reads back. */
export function storedSafe(text: string): Safe {
  return text as Safe;
}
