import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readLogLine } from "../../../src/platform/records/log-line.ts";
import { type Answerer, Receiver, take } from "../test-support/receiver.ts";

const PAGE = readFileSync(resolve(import.meta.dirname, "../../../docs/logging.md"), "utf8");
const TOKEN = "a-token-of-applications";

let receiver: Receiver;
let folder: string;

beforeEach(() => {
  receiver = new Receiver();
  folder = mkdtempSync(join(tmpdir(), "traceops-examples-"));
});
afterEach(async () => {
  await receiver.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The first block of a language on the page. */
function example(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "u").exec(PAGE)?.[1];
  if (found === undefined) throw new Error(`docs/logging.md has no ${language} example`);
  return found;
}

const exists = (program: string, argument: string) => spawnSync(program, [argument]).status === 0;

/** Runs an example of the page against a receiver; resolves to what it printed. */
async function run(command: readonly string[], code: { file: string; text: string }, answer: Answerer = take) {
  const url = await receiver.listen(answer);
  const file = join(folder, code.file);
  writeFileSync(file, code.text);
  const child = spawn("env", [`TRACEOPS_URL=${url}`, `TRACEOPS_TOKEN=${TOKEN}`, ...command, file]);
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  const status = await new Promise((done) => child.on("exit", done));
  return { said, status };
}

function expectBatch(): void {
  const last = receiver.received.at(-1);
  const lines = (last?.records ?? []).map((record) => readLogLine(JSON.stringify(record)));

  expect(last).toMatchObject({
    isPacked: true,
    request: { url: "/v1/events", headers: { authorization: `Bearer ${TOKEN}` } },
  });
  expect(lines.map(({ severity, service }) => [severity, service])).toEqual([
    ["info", "checkout"],
    ["warn", "checkout"],
  ]);
  expect(lines[1]?.attributes["event.name"]).toBe("SESSION_DROP");
  expect(lines[1]?.body).toMatch(/^SESSION_DROP: /u);
  for (const { atNs } of lines) expect(Math.abs(Number(atNs ?? 0n) / 1e6 - Date.now())).toBeLessThan(60_000);
}

describe("the examples of docs/logging.md send a batch that TraceOps reads", () => {
  const hasPython = exists("python3", "--version");
  const hasGo = exists("go", "version");

  test.skipIf(!hasPython)("Python (needs python3 on the PATH)", async () => {
    const { said, status } = await run(["python3"], { file: "example.py", text: example("python") });

    expect({ said: said.trim(), status }).toEqual({ said: "{'accepted': 2, 'refused': 0}", status: 0 });
    expectBatch();
  });

  test.skipIf(!hasPython)(
    "Python tries again after 503, when the answer says so (needs python3 on the PATH)",
    async () => {
      const { status } = await run(
        ["python3"],
        { file: "example.py", text: example("python") },
        (each, response, count) => {
          if (count === 1) response.writeHead(503, { "retry-after": "1" });
          take(each, response, count);
        },
      );

      expect(status).toBe(0);
      expect(receiver.received).toHaveLength(2);
      expectBatch();
    },
  );

  test.skipIf(!hasGo)("Go (needs go on the PATH)", async () => {
    const { said, status } = await run(["go", "run"], { file: "example.go", text: example("go") });

    expect({ said: said.trim(), status }).toEqual({ said: "200 OK <nil>", status: 0 });
    expectBatch();
  });
});
