import { createPatternSet } from "./prefilter/pattern-set.ts";
import type { Rule, Sign } from "./rule.ts";
import { ACCESS_RULES } from "./rules-access.ts";
import { DATA_RULES } from "./rules-data.ts";
import { NETWORK_RULES } from "./rules-network.ts";
import { PROTOCOL_RULES, STRONG_UNKNOWN } from "./rules-protocol.ts";
import { RESOURCE_RULES } from "./rules-resources.ts";
import { type Shape, shapesIn } from "./shapes/find-shape.ts";

export type Level = "info" | "warn" | "error";

/** Most specific first: a pool that timed out is a pool problem, a certificate behind a failed connection is a certificate problem. */
const EXACT_RULES: readonly Rule[] = [
  ...RESOURCE_RULES.slice(0, 1),
  ...DATA_RULES.slice(0, 3),
  ...ACCESS_RULES.slice(0, 2),
  ...NETWORK_RULES.slice(0, -1),
  ...RESOURCE_RULES.slice(1),
  ...DATA_RULES.slice(3, -1),
  ...ACCESS_RULES.slice(2),
  ...PROTOCOL_RULES.slice(0, 3),
];
/** Rules that know that something failed better than what it was: a well-known error in the same text says more. */
const GENERAL_RULES: readonly Rule[] = [
  ...DATA_RULES.slice(-1),
  ...PROTOCOL_RULES.slice(3, -1),
  STRONG_UNKNOWN,
  ...NETWORK_RULES.slice(-1),
  ...PROTOCOL_RULES.slice(-1),
];

/** Most texts hold no word that any rule needs: one pass over them says so, instead of forty patterns. */
const PREFILTER = createPatternSet([...EXACT_RULES, ...GENERAL_RULES].map(({ pattern }) => pattern));

/**
 * What the text says of a failure, at the level that its record has: by rules over its words and by the well-known errors
 * that it names. Null when nothing in it says that something failed.
 */
export function signIn(text: string, level: Level, shapes = shapesIn(text)): Sign | null {
  PREFILTER.read(text);
  const exact = firstOf(EXACT_RULES, { text, level, first: 0 });
  if (exact !== null) return sameOf(shapes, exact) ?? exact;
  const telling = shapes.find(({ counts }) => counts === "always" || (counts === "warned" && level !== "info"));
  if (telling !== undefined) return telling;
  const general = firstOf(GENERAL_RULES, { text, level, first: EXACT_RULES.length });
  return general === null ? null : refined(general, shapes);
}

/** Names the kind of a failure that is known by something else than words, for example by the record's level. */
export function refined(sign: Sign, shapes: readonly Shape[]): Sign {
  if (!VAGUE.has(sign.category)) return sameOf(shapes, sign) ?? sign;
  const [shape] = shapes;
  if (shape === undefined || shape.category === "unknown") return sign;
  const impact = shape.impact ?? sign.impact;
  return impact === undefined ? shape : { ...shape, impact };
}

const VAGUE: ReadonlySet<Sign["category"]> = new Set(["unknown", "upstream-error", "code-error"]);

/** The same kind of failure, said more exactly. */
function sameOf(shapes: readonly Shape[], sign: Sign): Sign | undefined {
  const shape = shapes.find(({ category }) => category === sign.category);
  return shape === undefined ? undefined : { ...sign, because: shape.because, ...actionsOf(shape) };
}

function actionsOf({ actions }: Shape): Pick<Sign, "actions"> {
  return actions === undefined ? {} : { actions };
}

interface Tried {
  readonly text: string;
  readonly level: Level;
  /** The place of the first rule in the prefilter. */
  readonly first: number;
}

function firstOf(rules: readonly Rule[], { text, level, first }: Tried): Rule | null {
  for (const [index, rule] of rules.entries()) {
    if (!rule.isStrong && level === "info") continue;
    if (PREFILTER.may(first + index) && rule.pattern.test(text)) return rule;
  }
  return null;
}
