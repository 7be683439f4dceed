import fc from "fast-check";
import { expect, test } from "vitest";
import { normaliseMeasure, normaliseUnit } from "./units.ts";

test.each([
  ["ms", 250, "s", 0.25],
  ["Milliseconds", 1.1, "s", 0.0011],
  ["seconds", 3, "s", 3],
  ["us", 7, "s", 0.000007],
  ["min", 2, "s", 120],
  ["bytes", 5, "By", 5],
  ["B", 5, "By", 5],
  ["kB", 2, "By", 2000],
  ["KiB", 2, "By", 2048],
  ["Mi", 1, "By", 1_048_576],
  ["GBy", 1.5, "By", 1_500_000_000],
  ["Mbps", 8, "bit/s", 8_000_000],
  ["percent", 85, "%", 85],
  ["%", 85, "%", 85],
  ["ratio", 0.85, "1", 0.85],
  ["Count/Second", 3, "1/s", 3],
  ["requests/s", 3, "{request}/s", 3],
  ["rps", 3, "{request}/s", 3],
  ["bytes per minute", 120, "By/s", 2],
  ["MiB/s", 1, "By/s", 1_048_576],
  ["{request}/min", 60, "{request}/s", 1],
  ["1/ms", 2, "1/s", 2000],
  ["millicores", 250, "{cpu}", 0.25],
  ["None", 4, "", 4],
  ["", 4, "", 4],
] as const)("%s: %d is %s: %d", (...[unit, value, normal, inNormal]) => {
  expect(normaliseMeasure(unit, value)).toEqual({ unit: normal, value: inNormal });
});

test.each(["m", "b", "Mb", "furlong", "mi", "gib", "{thing}", "K", "V", "constructor"])(
  "%s is left alone: nobody can know what it means, or it has one spelling",
  (unit) => {
    expect(normaliseMeasure(unit, 7)).toEqual({ unit, value: 7 });
  },
);

test("what was normalised once stays as it is", () => {
  const parts = fc.constantFrom("ms", "MiB", "KB", "requests", "%", "x", "s", "h", "1", "", "cores", "Count");
  const unit = fc.oneof(
    parts,
    fc.tuple(parts, fc.constantFrom("/", " per "), parts).map((each) => each.join("")),
    fc.string({ maxLength: 12 }),
  );

  fc.assert(
    fc.property(unit, fc.double({ noNaN: true, noDefaultInfinity: true }), (each, value) => {
      const once = normaliseMeasure(each, value);

      expect(normaliseMeasure(once.unit, once.value)).toEqual(once);
      expect(normaliseUnit(each)).toBe(once.unit);
    }),
    { seed: 3, numRuns: 2000 },
  );
});
