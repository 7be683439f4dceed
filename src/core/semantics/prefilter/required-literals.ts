/** What is known of the texts that a part of a pattern matches, in lower case. */
interface Known {
  /** All of them, while they are few. */
  readonly exact: readonly string[] | null;
  /** Each of them contains one of these. */
  readonly any: readonly string[] | null;
}

const MAX_EXACT = 48;
const MAX_CLASS = 4;
const NOTHING: Known = { exact: null, any: null };
const EMPTY: Known = { exact: [""], any: null };

/**
 * Literals of which every text that a pattern matches contains at least one, in lower case, so that a text without any of
 * them need not be tried. Null when the pattern has none. The method is the prefilter of RE2 (R. Cox, 2010).
 */
export function requiredLiterals(pattern: RegExp): readonly string[] | null {
  const { known, at } = alternation(pattern.source, 0);
  return at === pattern.source.length ? required(known) : null;
}

interface Parsed {
  readonly known: Known;
  /** Where the next part begins. */
  readonly at: number;
}

function alternation(source: string, from: number): Parsed {
  const branches: Known[] = [];
  let at = from;
  for (;;) {
    const branch = sequence(source, at);
    branches.push(branch.known);
    at = branch.at;
    if (source[at] !== "|") break;
    at++;
  }
  return { known: unionOf(branches), at };
}

function sequence(source: string, from: number): Parsed {
  let at = from;
  let run: readonly string[] = [""];
  let best: readonly string[] | null = null;
  let isWhole = true;
  while (at < source.length && source[at] !== "|" && source[at] !== ")") {
    const part = quantified(source, at);
    at = part.at;
    const { exact } = part.known;
    const joined = exact === null ? null : productOf(run, exact);
    if (joined !== null) {
      run = joined;
      continue;
    }
    isWhole = false;
    best = better(best, better(required({ exact: run, any: null }), part.known.any));
    run = exact ?? [""];
  }
  const known = isWhole
    ? { exact: run, any: null }
    : { exact: null, any: better(best, required({ exact: run, any: null })) };
  return { known, at };
}

function quantified(source: string, from: number): Parsed {
  const { known, at } = single(source, from);
  const quantifier = /^(?:[?*+]|\{(\d+)(?:,\d*)?\})\??/u.exec(source.slice(at, at + 12));
  if (quantifier === null) return { known, at };
  const end = at + quantifier[0].length;
  const isOnce = quantifier[0].startsWith("?");
  if (isOnce && known.exact !== null && known.exact.length < MAX_EXACT) {
    return { known: { exact: [...known.exact, ""], any: null }, at: end };
  }
  const isOptional = isOnce || quantifier[0].startsWith("*") || quantifier[1] === "0";
  return { known: isOptional ? NOTHING : { exact: null, any: required(known) }, at: end };
}

function single(source: string, at: number): Parsed {
  const unit = source[at] ?? "";
  if (unit === "(") return group(source, at);
  if (unit === "[") return characterClass(source, at);
  if (unit === "\\") return escaped(source, at);
  if (unit === "^" || unit === "$") return { known: EMPTY, at: at + 1 };
  return { known: unit === "." ? NOTHING : literal(unit), at: at + 1 };
}

const GROUP = /^\((?:\?(?:(?<look><?[=!])|:|<\w+>))?/u;

function group(source: string, at: number): Parsed {
  const head = GROUP.exec(source.slice(at, at + 40));
  const inner = alternation(source, at + (head?.[0].length ?? 1));
  // What is looked at is not part of what is matched: it may stand before or behind it, or must not stand there.
  return { known: head?.groups?.["look"] === undefined ? inner.known : EMPTY, at: inner.at + 1 };
}

function characterClass(source: string, at: number): Parsed {
  const whole = /^\[(?:[^\]\\]|\\.)*\]/u.exec(source.slice(at))?.[0] ?? "[";
  const units = whole.slice(1, -1).replaceAll(/\\([^\w])/gu, "$1");
  const isPlain = units.length <= MAX_CLASS && !/^\^|\\|.-./u.test(units);
  return { known: isPlain ? { exact: units.toLowerCase().split(""), any: null } : NOTHING, at: at + whole.length };
}

function escaped(source: string, at: number): Parsed {
  const unit = source[at + 1] ?? "";
  if (unit === "b" || unit === "B") return { known: EMPTY, at: at + 2 };
  return { known: /\w/u.test(unit) ? NOTHING : literal(unit), at: at + 2 };
}

function literal(unit: string): Known {
  return { exact: [unit.toLowerCase()], any: null };
}

function unionOf(branches: readonly Known[]): Known {
  const exact = branches.every((branch) => branch.exact !== null)
    ? branches.flatMap((branch) => branch.exact ?? [])
    : null;
  if (exact !== null && exact.length <= MAX_EXACT) return { exact, any: null };
  const all = branches.map(required);
  return { exact: null, any: all.every((any) => any !== null) ? all.flatMap((any) => any ?? []) : null };
}

function productOf(run: readonly string[], next: readonly string[]): readonly string[] | null {
  if (run.length * next.length > MAX_EXACT) return null;
  return run.flatMap((head) => next.map((tail) => head + tail));
}

function required({ exact, any }: Known): readonly string[] | null {
  if (exact === null) return any;
  return exact.includes("") || exact.length === 0 ? null : exact;
}

/** Longer literals stand in fewer texts. */
function better(one: readonly string[] | null, other: readonly string[] | null): readonly string[] | null {
  if (one === null || other === null) return one ?? other;
  return shortest(other) > shortest(one) ? other : one;
}

function shortest(literals: readonly string[]): number {
  return Math.min(...literals.map(({ length }) => length));
}
