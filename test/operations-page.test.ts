import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { METRICS } from "../src/platform/metrics/catalog.ts";

const root = resolve(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/operations.md"), "utf8");

test("the page says of every metric what it means and what to do", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("|"));
  const missing = Object.keys(METRICS).filter(
    (name) => !rows.some((row) => (row.split("|")[1] ?? "").includes(`\`${name}\``)),
  );

  expect(missing).toEqual([]);
});

test("the page says of every table how long it is kept", () => {
  const schema = readFileSync(join(root, "prisma/schema.prisma"), "utf8");
  const tables = [...schema.matchAll(/@@map\("([a-z_]+)"\)/gu)].map(([, name = ""]) => name);
  const kept = page.slice(page.indexOf("## What is kept"));

  expect(tables.length).toBeGreaterThan(15);
  expect(tables.filter((name) => !kept.includes(`\`${name}\``))).toEqual([]);
});

test("the page names every scope that the Slack manifest asks for", () => {
  const manifest = readFileSync(join(root, "manifests/slack-http.json"), "utf8");
  const scopes = [...manifest.matchAll(/"([a-z_.]+:[a-z.]+|commands)"/gu)].map(([, scope = ""]) => scope);

  expect(scopes.length).toBeGreaterThan(10);
  expect([...new Set(scopes)].filter((scope) => !page.includes(`\`${scope}\``))).toEqual([]);
});
