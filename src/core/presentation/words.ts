import type { Severity } from "../alert.ts";
import type { TimelineRole } from "../analysis.ts";
import { cutSafe, own, ownWords, type Safe, safe, sliceSafe } from "../safe.ts";

export type ConfidenceWord = "high" | "medium" | "low";

const HIGH = 0.7;
const MEDIUM = 0.3;

/** "high" from 0.7, "medium" from 0.3, else "low". */
export function confidenceWord(confidence: number): ConfidenceWord {
  if (confidence >= HIGH) return "high";
  return confidence >= MEDIUM ? "medium" : "low";
}

/** "0.81": two decimals; "under 0.01" for what rounds to nothing, because nothing is impossible. */
export function confidenceNumber(confidence: number): Safe {
  if (confidence < 0.005) return literal("under 0.01");
  return ownWords(own(confidence.toFixed(2)));
}

/** "high confidence (0.81)": a word for people and the number behind it, never one without the other. */
export function confidenceWords(confidence: number): Safe {
  return safe`${literal(confidenceWord(confidence))} confidence (${confidenceNumber(confidence)})`;
}

const PRIORITY: Readonly<Record<Severity, string>> = { critical: "P1", error: "P2", warning: "P3", info: "P4" };

/** "P1" for critical to "P4" for information. */
export function priorityOf(severity: Severity): Safe {
  return literal(PRIORITY[severity]);
}

const ROLE: Readonly<Record<TimelineRole, string>> = {
  change: "Change",
  "first-symptom": "First symptom",
  spread: "Spread",
  alert: "Alert",
  recovery: "Recovery",
  person: "Note",
  context: "Context",
};

/** What a row of the timeline is, as a word to show. */
export function roleWords(role: TimelineRole): Safe {
  return literal(ROLE[role]);
}

/** Words of ours, a number included. Never call it with text that came from outside. */
export function literal(text: string): Safe {
  return ownWords(own(text));
}

/** "payment-service: error rate above 5 %": the service is said once, also when the title begins with it. */
export function titled(service: Safe | null, title: Safe): Safe {
  return service === null || title.includes(service) ? title : safe`${service}: ${title}`;
}

/** Cut to `length` as `cutSafe` does, but between words, or before a clause of which only a word or two would stay. */
export function cutWords(text: Safe, length: number): Safe {
  if (text.length <= length) return text;
  const cut = cutSafe(text, length);
  const whole = cut.lastIndexOf(" ");
  if (whole < length - LONGEST_WORD || whole <= 0) return cut;
  const words = cut.slice(0, whole);
  const clause = Math.max(words.lastIndexOf(", "), words.lastIndexOf("; "));
  const end = clause > 0 && clause >= whole - SHORT_REST ? clause : whole;
  return safe`${sliceSafe(cut, 0, words.slice(0, end).replace(/[\s,;:(]+$/u, "").length)}…`;
}

/** The beginning of a clause that says nothing alone, as in "the same error, 0 of". */
const SHORT_REST = 12;

/** A longer one is cut in the middle: it is an address or a row of letters. */
const LONGEST_WORD = 24;

/** Without the full stop at the end, to put it into a longer sentence. */
export function withoutStop(text: Safe): Safe {
  return text.endsWith(".") && !text.endsWith("…") ? sliceSafe(text, 0, -1) : text;
}

/** The same text with a full stop at the end, and only one. */
export function withStop(text: Safe): Safe {
  return /[.!?…]$/u.test(text) ? text : safe`${text}.`;
}

/** "1 line", "3 lines". */
export function counted(count: number, one: string, many: string): Safe {
  return literal(`${count} ${count === 1 ? one : many}`);
}

/** The same text beginning with a capital letter, to stand alone. */
export function capital(text: Safe): Safe {
  const first = text.charAt(0);
  return /^[a-z]$/u.test(first) ? safe`${literal(first.toUpperCase())}${sliceSafe(text, 1)}` : text;
}

/** "1,767": a count with its thousands apart. */
export function grouped(count: number): Safe {
  return literal(String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ","));
}
