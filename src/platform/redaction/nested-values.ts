import { matchAt, quotedValue, type Span } from "./quoted-value.ts";
import { type Hides, hiddenBelow } from "./secret-names.ts";

/** An object or a list, as JSON writes it: `{"`, `["`, `[{`. */
const OPENING = /[{[]\s{0,40}(?:\\{0,16}["']|[{[])/uy;
/** A bare value or marker of ours, a quote, a bracket, or what stands between. */
const PART = /\s*(?:(\[redacted-[a-z\d-]{1,40}\]|[^\s"'{}[\]:,\\]+)|(\\{0,16}["'])|([{}[\]])|[:,\\])/uy;
const COLON = /\s{0,40}:/uy;
const NUMBER = /^-?\d[\d.eE+-]*$/u;
const NO_VALUE = /^(?:null|none|true|false|undefined)$/iu;

/** What an object or list below a secret name holds, and where it ends. */
export interface Nested {
  readonly hidden: readonly Span[];
  readonly end: number;
}

/** True where an object or a list begins that can be read as such. */
export function opensNested(text: string, at: number): boolean {
  return matchAt(OPENING, text, at) !== null;
}

interface Reading {
  readonly text: string;
  readonly secret: string;
  readonly hidden: Span[];
  /** What the fields hide in which the open objects and lists stand. */
  readonly above: Hides[];
  /** What the last field hides. */
  hides: Hides;
  end: number;
}

/** What must not be shown of the object or list that begins here and stands below a secret name. */
export function nestedAt(text: string, at: number, secret: string): Nested {
  const reading: Reading = { text, secret, hidden: [], above: [], hides: "all", end: at };
  for (let isOpen = true; isOpen; ) {
    const part = matchAt(PART, text, reading.end);
    reading.end += part?.[0].length ?? 0;
    isOpen = part !== null && take(reading, part);
  }
  return { hidden: reading.hidden, end: Math.min(reading.end, text.length) };
}

/** False when nothing is open any more. */
function take(reading: Reading, [, bare, quote, bracket]: RegExpExecArray): boolean {
  if (bracket !== undefined) return turn(reading, bracket);
  const { text, end } = reading;
  if (quote !== undefined) judge(reading, quotedValue(text, end, quote), quote);
  else if (bare !== undefined) judge(reading, { start: end - bare.length, end }, "");
  return true;
}

function turn(reading: Reading, bracket: string): boolean {
  const { above, hides } = reading;
  const opens = bracket === "{" || bracket === "[";
  if (opens) above.push(hides);
  // A number under "pins" is how many there are; one in their list is one of them.
  if (bracket === "[" && hides === "texts") reading.hides = "all";
  if (!opens) reading.hides = above.pop() ?? "all";
  return above.length > 0;
}

/** A name says what the value after it hides; a value is hidden or not. */
function judge(reading: Reading, span: Span, quote: string): void {
  const { text, secret, hides, hidden } = reading;
  const said = text.slice(span.start, span.end);
  reading.end = span.end + quote.length;
  const isName = matchAt(COLON, text, reading.end) !== null;
  if (isName) reading.hides = isOfReference(text, span) ? "nothing" : hiddenBelow(secret, said);
  else if (isHidden(said, hides, quote !== "")) hidden.push(span);
}

const NAME_BESIDE = /["'](?:name|path)\\{0,16}["']\s{0,4}:/u;
const MAX_BESIDE = 200;

/** `{"name": "db", "key": "password"}`: which entry of a Kubernetes Secret is meant. */
function isOfReference(text: string, { start, end }: Span): boolean {
  if (text.slice(start, end) !== "key") return false;
  const before = text.slice(Math.max(0, start - MAX_BESIDE), start);
  const after = text.slice(end, end + MAX_BESIDE);
  return NAME_BESIDE.test(before.slice(before.lastIndexOf("{") + 1) + after.replace(/\}[\s\S]*/u, ""));
}

function isHidden(said: string, hides: Hides, isQuoted: boolean): boolean {
  if (hides === "nothing" || said === "" || said.startsWith("[redacted")) return false;
  if (isQuoted) return true;
  return NUMBER.test(said) ? hides === "all" : !NO_VALUE.test(said);
}
