import { describe, expect, test } from "vitest";
import { words } from "../../../../test/support/observations.ts";
import { at, flagAt, listAt, numberAt, quantity, selects, textAt, textsByName } from "./read.ts";

const MANIFEST = {
  spec: { replicas: words("3"), paused: true, ports: [{ port: 80 }], labels: { app: words("shop") } },
};

describe("reading manifests", () => {
  test("never fails, whatever is missing or of another shape", () => {
    expect(at(MANIFEST, "spec", "replicas", "deeper")).toBeNull();
    expect(listAt(MANIFEST, "spec", "labels")).toEqual([]);
    expect(textAt(undefined, "spec")).toBeNull();
    expect(numberAt(MANIFEST, "spec", "labels")).toBeNull();
  });

  test("takes numbers and flags as sources write them", () => {
    expect(numberAt(MANIFEST, "spec", "replicas")).toBe(3);
    expect(flagAt(MANIFEST, "spec", "paused")).toBe(true);
    expect(textAt(listAt(MANIFEST, "spec", "ports")[0], "port")).toBe("80");
  });

  test.each([
    ["250m", 0.25],
    ["2", 2],
    ["2Gi", 2_147_483_648],
    ["1.5G", 1_500_000_000],
    ["many", null],
  ])("knows the quantity %s", (text, amount) => {
    expect(quantity(words(text))).toBe(amount);
  });

  test("lets an empty selector select nothing", () => {
    const labels = textsByName(MANIFEST, "spec", "labels");
    expect(selects(new Map(), labels)).toBe(false);
    expect(selects(new Map([["app", words("shop")]]), labels)).toBe(true);
    expect(selects(new Map([["app", words("other")]]), labels)).toBe(false);
  });
});
