// Writes what is generated from code: settings, words, well-known errors. `--check` only compares.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { shapesPage } from "../src/core/semantics/shapes/shapes-page.ts";
import { settingsGroups } from "../src/main/config.ts";
import { envExample, settingsPage } from "../src/main/settings-reference.ts";
import { wordsPage } from "../src/surfaces/slack/words/words-page.ts";

const root = resolve(import.meta.dirname, "..");
const generated: Readonly<Record<string, string>> = {
  ".env.example": envExample(settingsGroups()),
  "docs/settings.md": settingsPage(settingsGroups()),
  "docs/slack-words.md": wordsPage(),
  "docs/error-shapes.md": shapesPage(),
};

const isStale = ([file, text]: readonly [string, string]): boolean =>
  !existsSync(join(root, file)) || readFileSync(join(root, file), "utf8") !== text;
const stale = Object.entries(generated).filter(isStale);
const isCheck = process.argv.includes("--check");
for (const [file, text] of stale) {
  if (!isCheck) writeFileSync(join(root, file), text);
  process.stdout.write(`${isCheck ? "stale" : "written"}: ${file}\n`);
}
process.exitCode = isCheck && stale.length > 0 ? 1 : 0;
