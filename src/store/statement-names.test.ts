import { expect, test } from "vitest";
import { statementNames } from "./statement-names.ts";

test("the same text has the same name, and another text another one", () => {
  const nameOf = statementNames();

  expect(nameOf({ sql: "SELECT 1" })).toBe(nameOf({ sql: "SELECT 1" }));
  expect(nameOf({ sql: "SELECT 2" })).not.toBe(nameOf({ sql: "SELECT 1" }));
});

test("the number of names has an end, and what was named keeps its name", () => {
  const nameOf = statementNames();
  const first = nameOf({ sql: "SELECT 0" });
  const names = Array.from({ length: 1_000 }, (_, index) => nameOf({ sql: `SELECT ${index}` }));

  expect(new Set(names.filter((name) => name !== "")).size).toBe(300);
  expect(nameOf({ sql: "SELECT 0" })).toBe(first);
});
