import { requiredLiterals } from "./required-literals.ts";

/** Says in one pass over a text which of many patterns may match it. */
export interface PatternSet {
  /** Reads the text; the answers hold until the next call. */
  readonly read: (text: string) => void;
  /** False when the pattern with this index cannot match the text that was read last. */
  readonly may: (index: number) => boolean;
}

const ASCII = 128;
/** The two characters beyond ASCII that patterns without regard to case take for ASCII letters. */
const LONG_S = 0x17f;
const KELVIN = 0x212a;
const OTHER = 0;

/**
 * Patterns with the literals that each of them needs, joined to one automaton (Aho and Corasick, 1975): a text is read once,
 * however many patterns there are. At most 64 patterns.
 */
export function createPatternSet(patterns: readonly RegExp[]): PatternSet {
  const literals = patterns.flatMap((pattern, index) =>
    (requiredLiterals(pattern) ?? [""]).map((literal) => ({ literal, index })),
  );
  const classes = classesOf(literals.map(({ literal }) => literal));
  const automaton = buildAutomaton(literals, classes);
  const { next, low, high, width } = automaton;
  let seenLow = 0;
  let seenHigh = 0;
  const read = (text: string): void => {
    let state = 0;
    seenLow = low[0] ?? 0;
    seenHigh = high[0] ?? 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      const kind = unit < ASCII ? (classes.of[unit] ?? OTHER) : beyondAscii(unit, classes);
      state = next[state * width + kind] ?? 0;
      seenLow |= low[state] ?? 0;
      seenHigh |= high[state] ?? 0;
    }
  };
  return { read, may: (index) => ((index < 32 ? seenLow >>> index : seenHigh >>> (index - 32)) & 1) === 1 };
}

interface Classes {
  /** A small number for each ASCII character, the same for both cases; 0 for all that stand in no literal. */
  readonly of: Uint8Array;
  readonly count: number;
}

function beyondAscii(unit: number, classes: Classes): number {
  if (unit === LONG_S) return classes.of[0x73] ?? OTHER;
  return unit === KELVIN ? (classes.of[0x6b] ?? OTHER) : OTHER;
}

function classesOf(literals: readonly string[]): Classes {
  const of = new Uint8Array(ASCII);
  let count = 1;
  for (const unit of literals.join("")) {
    const code = unit.charCodeAt(0);
    if (code >= ASCII || of[code] !== 0) continue;
    of[code] = count;
    of[unit.toUpperCase().charCodeAt(0)] = count;
    count++;
  }
  return { of, count };
}

interface Literal {
  readonly literal: string;
  readonly index: number;
}

interface Automaton {
  readonly next: Uint16Array;
  /** Patterns that need a literal which has been read when the automaton is in this state: 0 to 31 and 32 to 63. */
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly width: number;
}

function buildAutomaton(literals: readonly Literal[], classes: Classes): Automaton {
  const width = classes.count;
  const states = 1 + literals.reduce((sum, { literal }) => sum + literal.length, 0);
  const automaton = {
    next: new Uint16Array(states * width),
    low: new Int32Array(states),
    high: new Int32Array(states),
    width,
  };
  addLiterals(automaton, literals, classes);
  linkFailures(automaton);
  return automaton;
}

function addLiterals({ next, low, high, width }: Automaton, literals: readonly Literal[], classes: Classes): void {
  let last = 0;
  for (const { literal, index } of literals) {
    let state = 0;
    for (const unit of literal) {
      const place = state * width + (classes.of[unit.charCodeAt(0)] ?? OTHER);
      if (next[place] === 0) next[place] = ++last;
      state = next[place] ?? 0;
    }
    const mask = index < 32 ? low : high;
    mask[state] = (mask[state] ?? 0) | (1 << (index % 32));
  }
}

/** Breadth first: where no literal goes on, the longest end of what was read that begins another literal does. */
function linkFailures(automaton: Automaton): void {
  const { next, width } = automaton;
  const failure = new Uint16Array(automaton.low.length);
  const queue = [...next.subarray(0, width)].filter((state) => state !== 0);
  for (const state of queue) {
    const other = valueAt(failure, state);
    inherit(automaton, state, other);
    for (let kind = 0; kind < width; kind++) {
      const to = valueAt(next, state * width + kind);
      const instead = valueAt(next, other * width + kind);
      if (to === 0) {
        next[state * width + kind] = instead;
      } else {
        failure[to] = instead;
        queue.push(to);
      }
    }
  }
}

function inherit({ low, high }: Automaton, state: number, other: number): void {
  low[state] = valueAt(low, state) | valueAt(low, other);
  high[state] = valueAt(high, state) | valueAt(high, other);
}

function valueAt(values: Uint16Array | Int32Array, index: number): number {
  return values[index] ?? 0;
}
