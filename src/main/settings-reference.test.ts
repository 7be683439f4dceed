import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { parseConfig, settingsGroups } from "./config.ts";
import { envExample, settingsPage } from "./settings-reference.ts";

const root = resolve(import.meta.dirname, "../..");

test("the committed .env.example and settings page are what the settings schema says", () => {
  expect(readFileSync(`${root}/.env.example`, "utf8")).toBe(envExample(settingsGroups()));
  expect(readFileSync(`${root}/docs/settings.md`, "utf8")).toBe(settingsPage(settingsGroups()));
});

test("every setting says what it does", () => {
  const silent = settingsGroups().flatMap(({ shape }) =>
    Object.entries(shape).flatMap(([name, schema]) =>
      schema instanceof z.ZodType && schema.description === undefined ? [name] : [],
    ),
  );

  expect(silent).toEqual([]);
});

test("no two owners use one name for different settings", () => {
  const owners = settingsGroups().flatMap(({ title, shape }) =>
    Object.entries(shape).map(([name, schema]) => ({ name, title, schema })),
  );
  const clashing = owners.filter((one) =>
    owners.some(
      (other) =>
        other.name === one.name && other.title !== one.title && describe(other.schema) !== describe(one.schema),
    ),
  );

  expect(clashing.map(({ name, title }) => `${name} (${title})`)).toEqual([]);
});

test("wrong settings are all reported at once, by name and without their values", () => {
  const result = parseConfig({
    PORT: "no-number-here",
    DATABASE_URL: "mysql://root:hunter2@db/x",
    LOG_LEVEL: "shouting",
  });

  expect(result.status).toBe("invalid");
  const text = result.status === "invalid" ? result.problems.join("\n") : "";
  expect(text).toMatch(/PORT/u);
  expect(text).toMatch(/DATABASE_URL/u);
  expect(text).toMatch(/LOG_LEVEL/u);
  expect(text).not.toMatch(/hunter2|no-number-here|shouting/u);
});

test("an empty value counts as not set", () => {
  expect(parseConfig({ DATABASE_URL: "", PORT: " " }).status).toBe("valid");
});

function describe(schema: unknown): string {
  return schema instanceof z.ZodType ? (schema.description ?? "") : "";
}
