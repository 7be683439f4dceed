import { describe, expect, test } from "vitest";
import { Output, type OutputPort } from "./output.ts";

const LIMITS = { maxLines: 100, maxBytes: 100_000 };
const report = ({ reason, count }: { reason: string; count: number }) => `dropped ${count} ${reason}\n`;

function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

/** A file descriptor that answers as it is told: how many bytes it takes, or which error. */
function aPort(answers: (number | string)[]) {
  let text = "";
  const takeFrom = (bytes: Buffer, answer: number | string | undefined): number => {
    if (typeof answer === "string") throw systemError(answer);
    const count = Math.min(bytes.length, answer ?? bytes.length);
    text += bytes.subarray(0, count).toString("utf8");
    return count;
  };
  const port: OutputPort = {
    write: (bytes, done) =>
      setImmediate(() => {
        try {
          done(null, takeFrom(bytes, answers.shift()));
        } catch (error) {
          done(error as NodeJS.ErrnoException, 0);
        }
      }),
    writeSync: (bytes) => takeFrom(bytes, answers.shift()),
  };
  return { port, text: () => text };
}

describe("lines for collectors", () => {
  test("are written whole and in order when the system takes them in pieces or says to come again", async () => {
    const { port, text } = aPort([3, "EAGAIN", 5, "EAGAIN"]);
    const output = new Output(port, LIMITS, report);
    for (const line of ["one\n", "two\n", "three\n"]) output.add(line, false);
    await output.whenIdle();

    expect(text()).toBe("one\ntwo\nthree\n");
    expect(output.stats()).toMatchObject({ delivered: 3, queued: 0, dropped: 0 });
  });

  test("beyond the queue are dropped, counted, and reported when there is room", async () => {
    const { port, text } = aPort([]);
    const output = new Output(port, LIMITS, report);
    for (let index = 0; index < 150; index++) output.add(`${index}\n`, true);
    await output.whenIdle();
    output.add("later\n", false);
    await output.whenIdle();

    expect(text().split("\n").slice(98)).toEqual(["98", "99", "dropped 50 queue-full", "later", ""]);
  });

  test("after their reader is gone are only counted", async () => {
    const { port } = aPort(["EPIPE"]);
    const output = new Output(port, LIMITS, report);
    output.add("one\n", false);
    await output.whenIdle();
    output.add("two\n", false);

    expect(output.stats()).toMatchObject({ droppedBecause: { "output-gone": 2 }, queued: 0 });
    expect(output.stats().lastFailure).toContain("EPIPE");
  });

  test("that still wait when the process ends are written then, also behind a slow reader", () => {
    const { port, text } = aPort([2, "EAGAIN", "EAGAIN"]);
    const output = new Output(port, LIMITS, report);
    output.add("one\n", false);
    output.add("two\n", false);
    output.flushSync();

    expect(text()).toBe("one\ntwo\n");
  });

  test("do not hold the end of the process when nobody reads", () => {
    const { port } = aPort(Array(1_000).fill("EAGAIN"));
    const output = new Output(port, LIMITS, report);
    output.add("one\n", false);
    const start = performance.now();
    output.flushSync();

    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
