import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { isStillRunning, startOf } from "./processes.ts";
import { withStartLock } from "./start-lock.ts";

const dataDir = mkdtempSync(join(tmpdir(), "traceops-lock-"));
const file = join(dataDir, "start.lock");

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test.each([
  ["a process of an earlier container with our own number", `${process.pid} 1`],
  ["one of the version before with our own number", String(process.pid)],
  ["a number that another program has now", `${process.ppid} 1`],
  ["a process that is gone", "4194303 77"],
])("a lock that was left behind by %s is taken at once", async (_who, text) => {
  writeFileSync(file, text);
  const begun = performance.now();

  const held = await withStartLock(dataDir, () => Promise.resolve(readFileSync(file, "utf8")));

  expect(held).toBe(`${process.pid} ${startOf(process.pid)}`);
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(existsSync(file)).toBe(false);
});

test("two parts of one process that want the lock get it one after the other", async () => {
  const order: string[] = [];
  const hold = (name: string) =>
    withStartLock(dataDir, async () => {
      order.push(`${name} begins`);
      await wait(120);
      order.push(`${name} ends`);
    });
  await Promise.all([hold("first"), hold("second")]);

  expect(order).toEqual(["first begins", "first ends", "second begins", "second ends"]);
});

test("another process that runs is waited for; one that began at another time is not it", async () => {
  const other = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"]);
  await once(other, "spawn");
  const pid = other.pid ?? 0;
  const known = [startOf(pid), null].map((started) => isStillRunning(pid, started));
  const ended = once(other, "exit");
  other.kill("SIGKILL");
  await ended;

  expect(known).toEqual([true, true]);
  expect(isStillRunning(pid, null)).toBe(false);
  expect(isStillRunning(process.pid, null)).toBe(false);
  expect(isStillRunning(process.pid, startOf(process.pid))).toBe(true);
});
