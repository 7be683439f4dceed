import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { countNames, newFolder, openSegments, readAll } from "../support/segments.ts";
import { namesOfBatches } from "../support/segments-named-batches.ts";

const KILLS = 100;
const SEED = Number(process.env["SEGMENTS_KILL_SEED"] ?? Date.now() % 1_000_000);
const APPENDER = resolve(import.meta.dirname, "../support/segments-appender.ts");
const folder = newFolder();
const children = new Set<ChildProcess>();

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

test(`nothing acknowledged is lost or read twice when processes are killed ${KILLS} times (seed ${SEED})`, async () => {
  const random = seeded(SEED);
  const done = new Set<string>();
  let unanswered: readonly string[] = [];
  let next = boot();
  for (let run = 0; run < KILLS; run++) {
    const child = next;
    // The next one starts up while this one works.
    if (run + 1 < KILLS) next = boot();
    // Some come back under their old name, some leave their segments to others.
    const writer = `api-${run % 3}`;
    const sent = new Set<string>();
    const outcome = await killed(child, { folder, writer, run, again: unanswered }, Math.floor(random() * 30));
    expect(outcome.stderr).toBe("");
    expect(outcome.lines).toContain("ready");
    for (const line of outcome.lines) {
      const [what, id = ""] = line.split(" ");
      if (what === "sent") sent.add(id);
      if (what === "done") done.add(id);
    }
    unanswered = [...sent].filter((id) => !done.has(id));
  }

  const segments = await openSegments(folder, { writer: "reader" });
  const { bodies, read, partial } = await readAll(segments, 2_000_000);
  await segments.close();

  const counts = countNames(bodies);
  const expected = namesOfBatches(done);
  const allowed = new Set([...expected, ...namesOfBatches(unanswered)]);
  expect(done.size).toBeGreaterThan(KILLS);
  expect(expected.filter((name) => !counts.has(name))).toEqual([]);
  expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
  expect([...counts.keys()].filter((name) => !allowed.has(name))).toEqual([]);
  expect({ read, partial }).toEqual({ read: bodies.length, partial: null });
}, 240_000);

function boot(): ChildProcess {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", APPENDER], { stdio: "pipe" });
  children.add(child);
  return child;
}

/** Lets a process work, kills it `afterMs` after it answered first, and gives all that it said. */
async function killed(
  child: ChildProcess,
  task: object,
  afterMs: number,
): Promise<{ lines: string[]; stderr: string }> {
  let stdout = "";
  let stderr = "";
  let isDoomed = false;
  const ended = new Promise<void>((end) => child.once("close", () => end()));
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
    if (isDoomed || !stdout.includes("ready\n")) return;
    isDoomed = true;
    setTimeout(() => child.kill("SIGKILL"), afterMs);
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  child.stdin?.write(`${JSON.stringify(task)}\n`);
  await ended;
  children.delete(child);
  // The last line may be half of one: what was not said whole was not answered.
  const lines = stdout.split("\n").slice(0, -1);
  return { lines, stderr };
}

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
