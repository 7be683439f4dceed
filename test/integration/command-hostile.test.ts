import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { traceops } from "../support/command-line.ts";
import { HIDDEN, hostileStrings } from "../support/hostile-text.ts";

const STRINGS = hostileStrings(2_000, 20_261_124);
const MINUTE_MS = 60_000;
const STARTED = Date.parse("2026-11-21T01:00:00Z");
/** What a shell or another program may hand over as one word: everything but the end of a string. */
const WORD = "\u001B]0;title\u0007\u001B[2J\u009B31m\u202Eevil\u200B\u2028\rFAKE\n# x";

const made = { folder: "" };

beforeAll(async () => {
  made.folder = await mkdtemp(join(tmpdir(), "hostile-"));
  const lines = STRINGS.map((message, index) =>
    JSON.stringify({
      time: new Date(STARTED + (index % 50) * MINUTE_MS).toISOString(),
      level: index % 3 === 0 ? "error" : "info",
      service: index % 7 === 0 ? message.slice(0, 60) : "checkout",
      host: message.slice(0, 60),
      msg: message,
      peer: `http://${index % 5 === 0 ? "payments" : "basket"}:8080/`,
    }),
  );
  await writeFile(join(made.folder, "app.jsonl"), `${lines.join("\n")}\n`);
  await writeFile(join(made.folder, `\u001B[2J\u202Ename\u009B31m.log`), STRINGS.slice(0, 300).join("\n"));
  await writeFile(join(made.folder, "changes.jsonl"), `${WORD}\n`);
});

afterAll(() => rm(made.folder, { recursive: true, force: true }));

describe("what the command line prints", () => {
  test.each([
    ["the answer", () => ["analyze", made.folder]],
    ["the answer as JSON", () => ["analyze", made.folder, "--json"]],
    ["a graph", () => ["graph", "checkout", "--in", made.folder]],
    ["a graph as JSON", () => ["graph", "checkout", "--in", made.folder, "--json"]],
    ["an unknown service", () => ["graph", WORD, "--in", made.folder]],
    ["an unknown command", () => [WORD]],
    ["an unknown option", () => ["analyze", `--${WORD}`]],
    ["an unknown place", () => ["analyze", join(made.folder, WORD)]],
    ["a wrong time", () => ["analyze", made.folder, "--at", WORD]],
    ["a wrong address", () => ["send-sample", "pagerduty", "--to", WORD]],
    ["a wrong setting", () => ["doctor"]],
  ])("as %s holds nothing that a terminal obeys and nobody sees", async (_name, args) => {
    const { out, err } = await traceops(args(), { env: { PORT: WORD, LOG_LEVEL: "debug" } });

    const wrong = `${out}\n${err}`.split("\n").filter((line) => HIDDEN.test(line));
    expect(wrong.map((line) => JSON.stringify(line.slice(0, 200)))).toEqual([]);
    expect(`${out}${err}`.length).toBeGreaterThan(10);
    if (args().includes("--json")) JSON.parse(out);
  });
});
