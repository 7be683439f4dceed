import type { Attributes } from "../../core/event.ts";
import type { Safe } from "../../core/safe.ts";
import { type SeenText, see, seeAfter } from "./characters.ts";
import { cutToWords } from "./cut-to-words.ts";
import { redactEncoded } from "./encoded.ts";
import type { Layer } from "./layers.ts";
import { OverBudget } from "./over-budget.ts";
import { sanitize } from "./sanitize.ts";

export type ToSafe = (raw: string) => Safe;

/** A logged URL may hold an encoded body that holds an encoded header; deeper is not followed. */
const MAX_DEPTH = 3;
/** Characters that decoding may bring up from one text; encodings inside of encodings could cost without end. */
const MAX_DECODED = 512 * 1024;

export interface SafeText {
  readonly text: ToSafe;
  /** How many texts could not be checked and were withheld so far. */
  readonly withheldTexts: () => number;
}

/** The one place where foreign text becomes `Safe`. What cannot be checked comes out as a sentence that says why, never as itself. */
export function createSafeText(layers: readonly Layer[], depth = MAX_DEPTH): SafeText {
  // What an install calls secret can be as short as it likes.
  const knowsHarmless = !layers.some(({ name }) => name === "tenant");
  let withheld = 0;
  let decoded = 0;
  const rules = (seen: SeenText, left: number): SeenText => {
    const redactPlain = (plain: string) => {
      decoded += plain.length;
      if (decoded > MAX_DECODED) throw new OverBudget();
      return rules(see(plain), left - 1).text;
    };
    // Decoded first: a plain rule could take half of an encoded secret and hide the rest from the second look.
    const clear = left === 0 ? seen : redactEncoded(seen, redactPlain);
    return layers.reduce((now, { apply }) => apply(now), clear);
  };
  return {
    text: (raw) => {
      try {
        if (knowsHarmless && isHarmless(raw)) return passed(raw);
        decoded = 0;
        return passed(rules(sanitized(cutToWords(raw)), depth).text);
      } catch (cause) {
        // What could not be checked must not pass, and the error may quote it.
        withheld++;
        return passed(cause instanceof OverBudget ? WITHHELD_BUDGET : WITHHELD_FAILED);
      }
    },
    withheldTexts: () => withheld,
  };
}

/** Calls a text safe. Only for this folder: for a marker of ours, or for a text of which the caller has checked every character. */
export function passed(text: string): Safe {
  return text as Safe;
}

/** The same for attributes whose every name and value came out of the rules as it went in. */
export function passedAttributes(attributes: Attributes<string>): Attributes {
  return attributes as Attributes;
}

const WITHHELD_BUDGET = "[withheld: redaction ran over its budget]";
const WITHHELD_FAILED = "[withheld: redaction failed]";
/** Too short for any secret that shows by its look, and without room for a name and a value. */
const HARMLESS = /^[A-Za-z0-9_./ -]*$/u;
const MAX_HARMLESS = 12;
/** Addresses and social security numbers are short. */
const NUMBERS = /\d[.-]\d/u;

function isHarmless(raw: string): boolean {
  return raw.length <= MAX_HARMLESS && HARMLESS.test(raw) && !NUMBERS.test(raw);
}

function sanitized(raw: string): SeenText {
  const seen = see(raw);
  return seen.holds.isUnusual ? seeAfter(seen, sanitize(raw)) : seen;
}
