import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const ROOTS = "src|test|bench|scripts|prisma|manifests|docker|docs";
const isHistory = (file: string) => file.startsWith("docs/decisions/");
const documents = [
  ...readdirSync(root).filter((file) => file.endsWith(".md")),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
].filter((file) => !isHistory(file));

test("the check sees the documents it guards", () => {
  expect(documents).toContain("README.md");
  expect(documents).toContain("ARCHITECTURE.md");
});

test.each(documents)("every path that %s names exists", (document) => {
  const text = readFileSync(join(root, document), "utf8");
  const named = [...text.matchAll(new RegExp(`\`((?:${ROOTS})/[\\w./-]+)\``, "gu"))].map(([, path = ""]) => path);

  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test.each(documents)("every link that %s makes inside the repository leads somewhere", (document) => {
  const text = readFileSync(join(root, document), "utf8");
  const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/gu)].map(([, path = ""]) => path);

  expect(links.filter((path) => !existsSync(join(root, document, "..", path)))).toEqual([]);
});

test("ARCHITECTURE.md stays a map of at most 200 lines", () => {
  expect(readFileSync(join(root, "ARCHITECTURE.md"), "utf8").split("\n").length).toBeLessThanOrEqual(200);
});
