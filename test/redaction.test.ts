import { describe, expect, test } from "vitest";
import { createChance } from "../bench/redaction/chance.ts";
import { HELD_OUT_KINDS } from "../bench/redaction/held-out-kinds.ts";
import { KNOWN_KINDS } from "../bench/redaction/kinds.ts";
import { benignLines, measureBenign, measureKind } from "../bench/redaction/measure.ts";
import { measureNamedValues } from "../bench/redaction/named-values.ts";
import { measureWaysIn } from "../bench/redaction/records.ts";
import { createChunkRedactor } from "../src/platform/redaction/chunks.ts";
import { redactEncoded } from "../src/platform/redaction/encoded.ts";
import { type Layer, layersOf } from "../src/platform/redaction/layers.ts";
import { createPseudonyms } from "../src/platform/redaction/pseudonyms.ts";
import { createRedactor } from "../src/platform/redaction/redact.ts";
import { createSafeText } from "../src/platform/redaction/safe-text.ts";
import { readTenantRules } from "../src/platform/redaction/tenant-rules.ts";

const layers = layersOf({
  pseudonyms: createPseudonyms("test"),
  tenantRules: readTenantRules('[{"name": "customer-number", "pattern": "KD-\\\\d{8}"}]'),
  addresses: "public",
});
const TENANT_KIND = {
  name: "tenant",
  make: (chance: ReturnType<typeof createChance>) => {
    const secret = `KD-${chance.int(10_000_000, 99_999_999)}`;
    return { text: `refund for ${secret}`, secret };
  },
};
const KINDS = [...KNOWN_KINDS, TENANT_KIND];

/** The rules of the program, or fewer of them. */
function redactWith(given: readonly Layer[], depth?: number) {
  const safeText = createSafeText(given, depth);
  return (chunks: readonly string[]): string => {
    const [only = "", ...more] = chunks;
    if (more.length === 0) return safeText.text(only);
    const windows = createChunkRedactor(safeText);
    return chunks.map((chunk) => windows.push(chunk)).join("") + windows.end();
  };
}

const leakingKinds = (redact: (chunks: readonly string[]) => string, seed: number) =>
  KINDS.map((kind) => measureKind(kind, redact, { values: 1, seed })).filter(({ leakedTexts }) => leakedTexts > 0);

const leakingHeldOutTexts = (given: readonly Layer[]) =>
  HELD_OUT_KINDS.map((kind) => measureKind(kind, redactWith(given), { values: 1, seed: 3 })).reduce(
    (sum, { leakedTexts }) => sum + leakedTexts,
    0,
  );

test("the corpus has at least the promised kinds, and every one a name of its own", () => {
  expect(KNOWN_KINDS.length).toBeGreaterThanOrEqual(60);
  expect(new Set([...KNOWN_KINDS, ...HELD_OUT_KINDS].map(({ name }) => name)).size).toBe(
    KNOWN_KINDS.length + HELD_OUT_KINDS.length,
  );
});

test("no known kind leaks in any encoding and carrier", { timeout: 60_000 }, () => {
  const leaks = leakingKinds(redactWith(layers), 11).map(({ name, example }) => `${name}: ${example}`);

  expect(leaks).toEqual([]);
});

test("no known kind leaks out of any field of any kind of record", { timeout: 120_000 }, () => {
  // All kinds and values: npm run -s bench:redaction.
  const some = KNOWN_KINDS.filter((_, index) => index % 4 === 0);
  const { texts, leaks } = measureWaysIn(some, createRedactor({ pseudonymKey: "test" }), {
    values: 1,
    seed: 11,
  });

  expect(leaks).toEqual([]);
  expect(texts).toBeGreaterThan(some.length * 50);
});

test("no value comes out of a record that has a secret name above it, and records that only speak of secrets stay", () => {
  const { records, leaks, harmless, changed } = measureNamedValues(createRedactor({ pseudonymKey: "test" }), {
    values: 40,
    seed: 11,
  });

  expect(leaks).toEqual([]);
  expect(changed).toEqual([]);
  expect(Math.min(records, harmless)).toBeGreaterThan(500);
});

test("at most one of a hundred harmless lines changes", () => {
  const result = measureBenign(benignLines(4_000, createChance(5)), createSafeText(layers));

  expect(result.changed / result.lines).toBeLessThanOrEqual(0.01);
});

describe("the corpus sees when a part is missing", { timeout: 60_000 }, () => {
  test.each(layers.filter(({ name }) => name !== "random-text").map(({ name }) => name))(
    "without %s it leaks",
    (name) => {
      const fewer = layers.filter((layer) => layer.name !== name);

      expect(leakingKinds(redactWith(fewer), 11)).not.toEqual([]);
    },
  );

  test("without random-text more held-out kinds leak", () => {
    expect(leakingHeldOutTexts(layers)).toBeLessThan(
      leakingHeldOutTexts(layers.filter(({ name }) => name !== "random-text")) / 2,
    );
  });

  test("without decoding it leaks", () => {
    expect(leakingKinds(redactWith(layers, 0), 11)).not.toEqual([]);
  });

  test("with the rules before the decoding it leaks", () => {
    const { text } = createSafeText(layers, 0);
    const late: Layer = { name: "random-text", apply: (seen) => redactEncoded(seen, text) };

    expect(leakingKinds(redactWith([...layers, late], 0), 11)).not.toEqual([]);
  });

  test("chunk by chunk, without windows over their borders, it leaks", () => {
    const { text } = createSafeText(layers);

    expect(leakingKinds((chunks) => chunks.map((chunk) => text(chunk)).join(""), 11)).not.toEqual([]);
  });
});
