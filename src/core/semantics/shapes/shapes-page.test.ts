import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { ACTIONS } from "../actions.ts";
import { SHAPES } from "./find-shape.ts";
import { shapesPage } from "./shapes-page.ts";

test("the committed page of errors is the one that the table gives", () => {
  const committed = readFileSync(resolve(import.meta.dirname, "../../../../docs/error-shapes.md"), "utf8");

  expect(committed, "run `npm run docs:generate`").toBe(shapesPage());
});

test("every sign and every category stands on the page", () => {
  const page = shapesPage();
  const missing = SHAPES.filter(({ sign, category, because }) => {
    const line = page.split("\n").find((each) => each.includes(`\`${sign}\``) && each.includes(because));
    return !(sign.includes("`") || line?.includes(`| ${category} |`));
  });

  expect(missing).toEqual([]);
  expect(Object.keys(ACTIONS).filter((category) => !page.includes(`| ${category} | `))).toEqual([]);
});
