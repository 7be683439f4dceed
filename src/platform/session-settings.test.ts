import { expect, test } from "vitest";
import { withSessionSettings } from "./session-settings.ts";

const optionsOf = (url: string) => new URL(url).searchParams.get("options");

test("settings are added behind those that the connection string had, so that they win, and nothing else changes", () => {
  const url = "postgresql://ann:p%40ss@db.example:5433/traceops?sslmode=require&options=-c%20statement_timeout%3D5s";
  const after = withSessionSettings(url, { role: "traceops_app", "traceops.tenant": "north" });

  expect(optionsOf(after)).toBe("-c statement_timeout=5s -c role=traceops_app -c traceops.tenant=north");
  expect(new URL(after)).toMatchObject({ username: "ann", password: "p%40ss", host: "db.example:5433" });
  expect(new URL(after).searchParams.get("sslmode")).toBe("require");
});

test.each([
  ["a b", "a\\ b"],
  ["x -c role=postgres", "x\\ -c\\ role=postgres"],
  ["back\\slash", "back\\\\slash"],
  ["tab\tline\n", "tab\\\tline\\\n"],
])("the value %j cannot become another setting", (value, escaped) => {
  expect(optionsOf(withSessionSettings("postgresql://db/x", { name: value }))).toBe(`-c name=${escaped}`);
});
