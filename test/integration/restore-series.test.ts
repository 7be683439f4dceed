import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { traceops } from "../support/command-line.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/install.ts";

const CLI = resolve(import.meta.dirname, "../../src/cli/traceops.ts");
const folder = mkdtempSync(join(tmpdir(), "traceops-series-"));
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

const settings = () => ({ DATABASE_URL: database.connectionString, TRACEOPS_DATA_DIR: folder });

test("backups one after the other: the newest stay with what else lies there, and a stop ends them well", async () => {
  const out = mkdtempSync(join(folder, "out-"));
  writeFileSync(join(out, "traceops-of-somebody.gz"), "not ours");
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", CLI, "backup", "--out", out, "--every", "1", "--keep", "2"],
    { env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...settings() }, stdio: "pipe" },
  );
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  await eventually(() => (said.split("at most the last").length > 4 ? true : null), 50_000);
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
  const kept = readdirSync(out).toSorted();
  const newest = [...said.matchAll(/traceops-\d{8}T\d{6}Z\.backup\.gz/gu)].map(([name]) => name).toSorted();

  expect(child.exitCode).toBe(0);
  expect(kept.at(-1)).toBe("traceops-of-somebody.gz");
  expect(kept.slice(0, -1)).toEqual(newest.slice(-2));
});

test.each([
  [["--every", "0"], "--every takes a whole number"],
  [["--every", "often"], "--every takes a whole number"],
  [["--keep", "3"], "--keep goes with --every"],
  [["--every", "5", "--keep", "-1"], "--keep"],
])("%j is refused with a sentence", async (args, sentence) => {
  const refused = await traceops(["backup", "--out", folder, ...args], { env: settings() });

  expect(refused.code).toBe(2);
  expect(refused.err).toContain(sentence);
});

test("a series into what is no folder is refused before anything is read", async () => {
  const refused = await traceops(["backup", "--out", join(folder, "missing"), "--every", "5"], { env: settings() });

  expect(refused.code).toBe(2);
  expect(refused.err).toContain("needs a folder that is there");
});
