import { z } from "zod";
import { type SeenText, seeAfter } from "./characters.ts";
import { compileLinearPattern, type LinearPattern } from "./linear-pattern.ts";

/** What an install calls secret beyond the built-in rules. */
export interface TenantRule {
  /** Names the marker: "customer-number" gives [redacted-customer-number]. */
  readonly name: string;
  /** Null: for every tenant. */
  readonly tenant: string | null;
  readonly pattern: LinearPattern;
}

const MAX_RULES = 50;
const RulesSchema = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/u, "use small letters, digits and hyphens, at most 31"),
      pattern: z.string().min(1).max(500),
      tenant: z.string().min(1).max(100).optional(),
    }),
  )
  .max(MAX_RULES);

/** Reads rules from their setting, a JSON list of {"name", "pattern", "tenant"?}. Throws a sentence that says what to change. */
export function readTenantRules(setting: string): readonly TenantRule[] {
  const parsed = RulesSchema.safeParse(jsonOf(setting));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new TypeError(`Redaction rules: ${issue?.path.join(".") ?? ""} ${issue?.message ?? "not a list of rules"}`);
  }
  return parsed.data.map(({ name, pattern, tenant = null }) => {
    const compiled = compileLinearPattern(pattern);
    if (typeof compiled === "string") throw new TypeError(`Redaction rule "${name}": ${compiled}`);
    return { name, tenant, pattern: compiled };
  });
}

function jsonOf(setting: string): unknown {
  try {
    return JSON.parse(setting);
  } catch {
    throw new TypeError('Redaction rules must be JSON: [{"name": "customer-number", "pattern": "KD-\\\\d{8}"}].');
  }
}

/** Size of the rules times length of the text: one or two seconds at the very worst, nearly always less than a hundredth of that. */
const MAX_STEPS = 60_000_000;

/** Applies the rules one after the other. Throws `OverBudget` when together they take too long. */
export function redactTenantRules(seen: SeenText, rules: readonly TenantRule[]): SeenText {
  if (rules.length === 0) return seen;
  const budget = { steps: MAX_STEPS };
  let result = seen.text;
  for (const { name, pattern } of rules) result = pattern.replaceAll(result, `[redacted-${name}]`, budget);
  return seeAfter(seen, result);
}
