import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";

const PACKAGE = JSON.stringify(resolve(import.meta.dirname, "index.ts"));
const servers: Server[] = [];
const children: ChildProcess[] = [];
let bodies: string[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function aServer(isAnswering = true): Promise<string> {
  bodies = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      bodies.push(gunzipSync(Buffer.concat(chunks)).toString("utf8"));
      if (isAnswering) response.end('{"accepted":1,"refused":0}');
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A program of its own that uses the package; resolves when it has ended. */
function run(code: string, isRead = true) {
  const source = `import { createLog, closeOnSignal } from ${PACKAGE};\n${code}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  let stdout = "";
  let stderr = "";
  if (isRead) child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  const start = performance.now();
  const ended = new Promise<{ code: number | null; signal: string | null; ms: number }>((done) =>
    child.on("exit", (exitCode, signal) => done({ code: exitCode, signal, ms: performance.now() - start })),
  );
  return { child, ended, stdout: () => stdout, stderr: () => stderr };
}

describe("a program that logs", () => {
  test("ends by itself, and its last records are written and delivered", async () => {
    const url = await aServer();
    const program = run(
      `const log = createLog({ service: "checkout", url: ${JSON.stringify(url)} }); log.info("last words");`,
    );
    const { code } = await program.ended;

    expect(code).toBe(0);
    expect(program.stdout()).toContain('"message":"last words"');
    expect(bodies.join("")).toContain('"message":"last words"');
    expect(program.stderr()).toBe("");
  });

  test("is not held for long by an endpoint that never answers, and what is lost is said on stdout", async () => {
    const url = await aServer(false);
    const program = run(
      `const log = createLog({ service: "checkout", url: ${JSON.stringify(url)} }); log.info("last words");`,
    );
    const { code, ms } = await program.ended;

    expect(code).toBe(0);
    expect(ms).toBeLessThan(10_000);
    expect(program.stdout()).toContain("TRACEOPS_LOG_DROPPED: 1 log record was not delivered (push: closed)");
  });

  test("writes what it said before process.exit and before it crashes", async () => {
    const left = run(`const log = createLog({ service: "checkout" }); log.info("before exit"); process.exit(3);`);
    const crashed = run(
      `const log = createLog({ service: "checkout" }); log.fatal("before the crash"); throw new Error("x");`,
    );

    expect((await left.ended).code).toBe(3);
    expect(left.stdout()).toContain("before exit");
    expect((await crashed.ended).code).toBe(1);
    expect(crashed.stdout()).toContain("before the crash");
  });

  test("delivers on SIGTERM and dies of it as usual", async () => {
    const url = await aServer();
    const program = run(`
      const log = createLog({ service: "checkout", url: ${JSON.stringify(url)}, limits: { flushMs: 60000 } });
      closeOnSignal(log);
      log.info("before the signal");
      setInterval(() => {}, 1000);
      setTimeout(() => process.kill(process.pid, "SIGTERM"), 100);`);
    const { signal } = await program.ended;

    expect(signal).toBe("SIGTERM");
    expect(bodies.join("")).toContain("before the signal");
  });

  test("goes on when nobody reads its output: no turn of its event loop waits for the reader", async () => {
    const program = run(
      `
      const log = createLog({ service: "checkout", limits: { queueRecords: 5000 } });
      let longest = 0;
      let last = performance.now();
      let turns = 0;
      const turn = () => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
        for (let index = 0; index < 200; index++) log.info("cart priced " + "x".repeat(300), { index });
        if (++turns < 100) setImmediate(turn);
        else { process.stderr.write(JSON.stringify({ longest, stats: log.stats() })); process.kill(process.pid, "SIGKILL"); }
      };
      turn();`,
      false,
    );
    await program.ended;
    const { longest, stats } = JSON.parse(program.stderr()) as {
      longest: number;
      stats: { output: { dropped: number } };
    };

    // Waiting for the reader would never end; the bound only leaves room for a busy machine.
    expect(longest).toBeLessThan(1_000);
    expect(stats.output.dropped).toBeGreaterThan(1_000);
  });

  test("has two listeners on its process, however many logs there are", async () => {
    const program = run(`
      for (let index = 0; index < 50; index++) createLog({ service: "checkout" });
      process.stderr.write(String(process.listenerCount("exit") + process.listenerCount("beforeExit")));`);
    await program.ended;

    expect(program.stderr()).toBe("2");
  });
});
