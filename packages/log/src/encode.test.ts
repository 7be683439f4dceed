import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_ENCODE_LIMITS, Encoder } from "./encode.ts";
import { createRedaction } from "./redaction.ts";

function written(value: unknown, options: Parameters<typeof createRedaction>[0] = {}): unknown {
  const encoder = new Encoder(createRedaction(options));
  encoder.start();
  const json = encoder.field("value", value);
  return json === null ? undefined : JSON.parse(json);
}

const circular: Record<string, unknown> = { name: "cart" };
circular["self"] = circular;
const throwing = {
  good: 1,
  get bad(): string {
    throw new Error("no");
  },
};
const locked = new Proxy(
  {},
  {
    ownKeys: () => {
      throw new Error("no");
    },
    get: () => {
      throw new Error("no");
    },
  },
);
const endlessJson = { toJSON: (): unknown => ({ toJSON: () => endlessJson, x: 1 }) };

describe("any value becomes JSON", () => {
  test.each<readonly [string, unknown, unknown]>([
    ["a circular object", circular, { name: "cart", self: "[circular]" }],
    ["a BigInt", 12345678901234567890n, "12345678901234567890"],
    ["a symbol", Symbol("cart"), "Symbol(cart)"],
    ["a function", () => 1, "[function]"],
    ["undefined in an object", { a: undefined, b: 1 }, { b: 1 }],
    ["undefined in a list", [undefined, 1], [null, 1]],
    ["not a number", Number.NaN, "NaN"],
    ["infinity", Number.NEGATIVE_INFINITY, "-Infinity"],
    ["a getter that throws", throwing, { good: 1, bad: "[unreadable]" }],
    ["a proxy that throws", locked, "[unreadable]"],
    ["a toJSON that throws", { toJSON: () => throwing.bad }, "[unreadable]"],
    ["a toJSON that never ends", endlessJson, { toJSON: "[function]", x: 1 }],
    ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["an invalid date", new Date(Number.NaN), "Invalid Date"],
    [
      "a map",
      new Map<unknown, unknown>([
        ["a", 1],
        [2, "b"],
      ]),
      { a: 1, 2: "b" },
    ],
    ["a set", new Set([1, "b"]), [1, "b"]],
    ["bytes", Buffer.alloc(2048), "[2048 bytes]"],
    ["a promise", Promise.resolve(1), "[promise]"],
    ["a regular expression", /a\/b/gu, "/a\\/b/gu"],
    ["an address", new URL("https://u:hunter2x@shop.example/"), "https://[redacted-userinfo]@shop.example/"],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ["a boxed number", Object(7), 7],
    ["a card number as a number", 4111111111111111, "[redacted-card]"],
    ["a time in ns as a number", 1_763_685_000_123_456_800, 1_763_685_000_123_456_800],
    ["a secret deep inside", { user: { password: "hunter2x" } }, { user: { password: "[redacted-secret]" } }],
    ["a secret object", { credentials: { a: 1 } }, { credentials: "[redacted-secret]" }],
    ["a statement about a secret", { hasPassword: true, token: null }, { hasPassword: true, token: null }],
    ["a secret as a key", new Map([["jane token=abc123def", 1]]), { "jane token=[redacted-secret]": 1 }],
  ])("%s", (_name, value, expected) => {
    expect(written(value)).toEqual(expected);
  });

  test("a field named __proto__ stays a field", () => {
    expect(JSON.stringify(written(JSON.parse('{"__proto__":{"a":1}}')))).toBe('{"__proto__":{"a":1}}');
  });

  test("an error carries type, message and stack, wherever it stands", () => {
    const value = written({ failures: [new RangeError("too many", { cause: new Error("inner") })] });

    expect(value).toMatchObject({ failures: [{ type: "RangeError", message: "too many" }] });
    expect(JSON.stringify(value)).toContain("Caused by: Error: inner");
  });

  test("a path of the options hides what stands there, in objects and lists of fields", () => {
    const hidden = written({ user: { address: { street: "Elm" } }, list: [1] }, { paths: ["value.user.address.*"] });

    expect(hidden).toEqual({ user: { address: { street: "[redacted-secret]" } }, list: [1] });
  });

  test("the same object twice is no circle", () => {
    const shared = { a: 1 };

    expect(written([shared, shared])).toEqual([{ a: 1 }, { a: 1 }]);
  });
});

describe("limits", () => {
  const { maxRecord } = DEFAULT_ENCODE_LIMITS;

  test.each<readonly [string, unknown]>([
    ["a text", "cart ".repeat(1_000_000)],
    ["a list", Array.from({ length: 100_000 }, (_, index) => index)],
    ["an object", Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, "v".repeat(100)]))],
    ["a map", new Map(Array.from({ length: 100_000 }, (_, index) => [index, index]))],
    ["a broad tree", Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => ["x".repeat(3_000)]))],
    ["a huge BigInt", 10n ** 5_000n],
  ])("%s of any size is cut, and that is said", (_name, value) => {
    const encoder = new Encoder(createRedaction());
    encoder.start();
    const json = encoder.field("value", value) ?? "";

    expect(json.length).toBeLessThan(maxRecord * 1.5);
    expect(encoder.isCut || /\[cut\]|huge bigint/u.test(json)).toBe(true);
    expect(() => JSON.parse(json)).not.toThrow();
  });

  test("nesting ends at the depth that readers look at", () => {
    const deep = { a: { b: { c: { d: { e: 1 } } } } };

    expect(written(deep)).toEqual({ a: { b: { c: "[nested too deep]" } } });
  });

  test("half a secret at the place of the cut does not stay", () => {
    const json = JSON.stringify(written(`${"x ".repeat(995)}password=hunter2-and-more`));

    expect(json).not.toContain("hunter2");
  });

  test("a getter beyond the limit is never called", () => {
    const many: Record<string, unknown> = Object.fromEntries(
      Array.from({ length: 64 }, (_, index) => [`k${index}`, 1]),
    );
    let calls = 0;
    Object.defineProperty(many, "last", { enumerable: true, get: () => ++calls });
    written(many);

    expect(calls).toBe(0);
  });
});

test("no value at all makes it throw or write what is no JSON", () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
        withSparseArray: true,
        withObjectString: true,
        withNullPrototype: true,
        withBoxedValues: true,
      }),
      (value) => {
        expect(() => written({ value })).not.toThrow();
      },
    ),
    { numRuns: 500 },
  );
});
