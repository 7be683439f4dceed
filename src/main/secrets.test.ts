import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { openSecrets } from "./secrets.ts";

const run = promisify(execFile);
const PROCESSES = 6;
const ROUNDS = 40;
const ROUND_MS = 25;
let dataDir = "";

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "traceops-secrets-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const keyFile = () => join(dataDir, "master.key");
const derived = () => openSecrets({ given: undefined, dataDir }).derive("audit");

const MODULE = JSON.stringify(pathToFileURL(join(import.meta.dirname, "secrets.ts")).href);

/** A process of its own that opens the secrets of one folder after the other, each at its moment, and says what it derives. */
async function startedAt(atMs: number): Promise<readonly string[]> {
  const code = `
    const { openSecrets } = await import(${MODULE});
    const derived = [];
    for (let round = 0; round < ${ROUNDS}; round++) {
      while (Date.now() < ${atMs} + round * ${ROUND_MS});
      try {
        derived.push(openSecrets({ given: undefined, dataDir: ${JSON.stringify(dataDir)} + "/" + round }).derive("audit"));
      } catch (error) {
        derived.push(error.message);
      }
    }
    process.stdout.write(JSON.stringify(derived));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", code]);
  return z.array(z.string()).parse(JSON.parse(stdout));
}

test("the key is made once, for its owner only, and nothing else is left in the folder", () => {
  const first = derived();

  expect(derived()).toBe(first);
  expect(readFileSync(keyFile(), "utf8")).toMatch(/^[0-9a-f]{64}\n?$/u);
  expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
  expect(readdirSync(dataDir)).toEqual(["master.key"]);
});

test(`${PROCESSES} processes that start in the same moment end with one key, whoever made it`, async () => {
  const atMs = Date.now() + 1_500;

  const keys = await Promise.all(Array.from({ length: PROCESSES }, () => startedAt(atMs)));

  const everybodys = Array.from({ length: ROUNDS }, (_, round) =>
    openSecrets({ given: undefined, dataDir: join(dataDir, String(round)) }).derive("audit"),
  );
  expect(keys).toEqual(Array.from({ length: PROCESSES }, () => everybodys));
  expect(readdirSync(join(dataDir, "0"))).toEqual(["master.key"]);
}, 60_000);

test.skipIf(process.platform === "win32")(
  "a disk that takes not one byte leaves no file that passes for a key",
  async () => {
    const code = `const { openSecrets } = await import(${MODULE}); openSecrets({ given: undefined, dataDir: ${JSON.stringify(dataDir)} });`;
    const full = run("sh", [
      "-c",
      'ulimit -f 0; exec "$0" "$@"',
      process.execPath,
      "--input-type=module",
      "--eval",
      code,
    ]);

    await expect(full).rejects.toMatchObject({ stderr: expect.stringContaining("EFBIG") });
    expect(readdirSync(dataDir)).toEqual([]);
  },
);

test.each([
  ["empty", ""],
  ["of blanks", "\n"],
  ["torn", "0123456789abcdef0123456789"],
  ["longer than a key", "a".repeat(65)],
  ["of other letters", "z".repeat(64)],
])("a key file that is %s is refused, left as it is, and the sentence says what a new key costs", (_what, text) => {
  writeFileSync(keyFile(), text);

  expect(derived).toThrow(
    /master\.key holds no key.*Put back a copy.*TRACEOPS_SECRET.*delete the file.*links.*sessions.*pseudonyms.*audit trail/u,
  );
  expect(readFileSync(keyFile(), "utf8")).toBe(text);
});

test("a key file of an earlier version is read as it is, also with the end of line that an editor leaves", () => {
  const key = "0f".repeat(32);
  writeFileSync(keyFile(), key);
  const plain = derived();
  writeFileSync(keyFile(), `${key}\n`);

  expect(derived()).toBe(plain);
  expect(derived()).toBe(openSecrets({ given: key, dataDir }).derive("audit"));
});

test("a given secret needs no file", () => {
  openSecrets({ given: "a secret of thirty-two characters", dataDir });

  expect(existsSync(keyFile())).toBe(false);
});
