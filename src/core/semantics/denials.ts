import { createPatternSet } from "./prefilter/pattern-set.ts";

const PHRASES = [
  String.raw`\b(?:0|no|zero|without(?: any)?|free of|nil|none)(?: \w+){0,1} (?:errors?|failures?|failed|exceptions?|timeouts?|retries|warnings?|crashes|restarts)\b`,
  String.raw`\b(?:errors?|failures?|failed|exceptions?|timeouts?|crashes|error[_ ]?count|error[_ ]?rate|failed[_ ]?count|err)["']?\s*[=:]\s*["']?(?:0(?:\.0+)?%?(?![\w.])|none\b|null\b|nil\b|<nil>|false\b|undefined\b|\[\]|\{\}|"")`,
  String.raw`\b(?:not|isn't|is not|wasn't) (?:an? )?(?:errors?|failures?|failing|fatal)\b`,
  String.raw`\b(?:did not|didn't|does not|never|hasn't|has not) (?:fail\w*|crash\w*|time out|timed out)\b`,
  String.raw`\b(?:fail(?:ed|ure)|error)[- ]?(?:over|safe|tolerant|budget|handler|handling|page|reporting)\b`,
] as const;
const DENIED = new RegExp(PHRASES.join("|"), "giu");

const OVERCOME = new RegExp(
  [
    String.raw`\b(?:retry|retries|attempt|reconnect\w*|request|call|operation) ?(?:#?\d+ )?(?:\w+ )?(?:succeeded|successful|was successful|ok\b)`,
    String.raw`\bsucceeded (?:after|on|at) `,
    String.raw`\b(?:has |have |is |was )?(?:recovered|back to normal|healthy again|back online|resolved itself|self-?healed|reconnected|re-?established|back up)\b`,
    String.raw`\b(?:circuit ?breaker)[^.]{0,40}\b(?:closed|half-open)\b`,
    String.raw`\b(?:error|alarm|alert|incident|failure|condition)s? (?:is |was |has been )?(?:cleared|resolved|gone)\b`,
  ].join("|"),
  "iu",
);
const PANIC = /panic/iu;
const PREFILTER = createPatternSet([DENIED, OVERCOME]);

/** The text without its denials ("0 errors", "no timeouts"), so that a word of failure left over is meant. */
export function withoutDenials(text: string): string {
  PREFILTER.read(text);
  return PREFILTER.may(0) ? text.replace(DENIED, " ") : text;
}

/** True when the text reports that a trouble was overcome: "retry succeeded", "reconnected". A recovered panic is still one. */
export function isOvercome(text: string): boolean {
  PREFILTER.read(text);
  return PREFILTER.may(1) && OVERCOME.test(text) && !PANIC.test(text);
}
