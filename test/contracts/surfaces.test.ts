import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { tools } from "../../src/surfaces/mcp/registry.ts";
import { surfaces } from "../../src/surfaces/registry.ts";

const folder = resolve(import.meta.dirname, "../../src/surfaces");
/** Drawn by commands; has no settings, no routes and nothing to start. */
const NOT_A_RUNNING_SURFACE = ["terminal"];

test("every surface folder is registered under its own name, and nothing else is", () => {
  const folders = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  expect(Object.keys(surfaces).toSorted()).toEqual(
    folders.filter((name) => !NOT_A_RUNNING_SURFACE.includes(name)).toSorted(),
  );
});

describe.each(Object.entries(surfaces))("%s", (_name, surface) => {
  test("says what it is called and how to switch it on", () => {
    expect(surface.title.length).toBeGreaterThan(2);
    expect(surface.howToConfigure.length).toBeGreaterThan(20);
  });

  test("names its settings in capitals and explains each of them", () => {
    for (const [name, schema] of Object.entries(surface.env)) {
      expect(name).toMatch(/^[A-Z][A-Z0-9_]+$/u);
      expect("description" in schema && typeof schema.description === "string").toBe(true);
    }
  });
});

test("no two surfaces ask for the same setting", () => {
  const names = Object.values(surfaces).flatMap(({ env }) => Object.keys(env));

  expect(names.length).toBe(new Set(names).size);
});

test("every tool file is registered, and its name is its file's", () => {
  const files = readdirSync(resolve(folder, "mcp")).filter((file) => file.endsWith(".tool.ts"));

  expect(Object.keys(tools).toSorted()).toEqual(
    files.map((file) => file.replace(".tool.ts", "").replaceAll("-", "_")).toSorted(),
  );
});
