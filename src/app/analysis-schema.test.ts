import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import { aSmallNight } from "../../test/support/small-night.ts";
import type { Analysis } from "../core/analysis.ts";
import { analyze } from "../core/analyze.ts";
import { analysisJsonSchema, type analysisSchema } from "./analysis-schema.ts";

test("the committed JSON Schema is the one that the code generates", () => {
  const committed = readFileSync(resolve(import.meta.dirname, "../../docs/analysis.schema.json"), "utf8");

  expect(committed, "run `node scripts/generate-schemas.ts`").toBe(analysisJsonSchema());
});

test("a real answer passes the committed schema, formats included", () => {
  const validator = new Ajv2020({ allErrors: true });
  addFormats.default(validator);
  const validate = validator.compile(JSON.parse(analysisJsonSchema()));
  const answer: unknown = JSON.parse(JSON.stringify(analyze(aSmallNight())));

  validate(answer);
  expect(validate.errors).toBeNull();
  expect(validate({ ...Object(answer), verdict: "surely" })).toBe(false);
  expect(validate({ ...Object(answer), extra: 1 })).toBe(false);
});

test("every analysis that the core can produce has the shape of the schema", () => {
  expectTypeOf<Analysis>().toExtend<Readonlyize<z.infer<typeof analysisSchema>>>();
});

type Readonlyize<T> = T extends readonly (infer Item)[]
  ? readonly Readonlyize<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Readonlyize<T[Key]> }
    : T;
