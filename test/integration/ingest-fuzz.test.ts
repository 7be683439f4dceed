import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fuzzBody } from "../support/otlp-fuzz-bodies.ts";

/** How many bodies, and the seed of the first one: another run of the same seed sends the same bodies. */
const BODIES = Number(process.env["INGEST_FUZZ_BODIES"] ?? 20_000);
const SEED = Number(process.env["INGEST_FUZZ_SEED"] ?? 5);
const AT_ONCE = 8;
const MAX_GROWTH = 50 * 1024 * 1024;
/** Until then a process grows anyway: code is compiled, and tables of names and templates fill up to their bounds. */
const WARM_UP = BODIES * 0.4;
const EXPECTED = new Set([200, 400, 413, 415]);

interface Told {
  readonly rss: number;
  readonly unhandled: number;
  readonly problems: readonly string[];
}

let child: ChildProcess;
let url: URL;
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

beforeAll(async () => {
  child = fork(resolve(import.meta.dirname, "../support/otlp-fuzz-server.ts"), {
    execArgv: ["--expose-gc", "--disable-warning=ExperimentalWarning"],
  });
  const [told] = await once(child, "message");
  url = new URL(told.url);
});
afterAll(() => {
  agent.destroy();
  child.disconnect();
});

async function ask(): Promise<Told> {
  child.send("how are you");
  const [told] = await once(child, "message");
  return told;
}

test(`${BODIES} hostile bodies from seed ${SEED} over all receivers: no exit, no unhandled rejection, no 5xx, bounded memory`, {
  timeout: 60_000 + BODIES * 2,
}, async () => {
  const wrong: string[] = [];
  const statuses = new Map<number, number>();
  let next = 0;
  const send = async (until: number): Promise<void> => {
    while (next < until && child.exitCode === null && wrong.length < 20) {
      const seed = SEED * 10_000_000 + next++;
      const status = await statusOf(seed);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (!EXPECTED.has(status)) wrong.push(`seed ${seed}: ${status}`);
    }
  };
  const sendUntil = (until: number) => Promise.all(Array.from({ length: AT_ONCE }, () => send(until)));
  await sendUntil(WARM_UP);
  const before = await ask();
  await sendUntil(BODIES);
  const after = await ask();
  const growth = after.rss - before.rss;
  process.stdout.write(
    `fuzzed ${next} bodies from seed ${SEED}: ${JSON.stringify(Object.fromEntries(statuses))}, memory ${mib(before.rss)} to ${mib(after.rss)} MiB\n`,
  );

  expect(wrong).toEqual([]);
  expect(after.problems).toEqual([]);
  expect({ exit: child.exitCode, unhandled: after.unhandled }).toEqual({ exit: null, unhandled: 0 });
  expect(growth).toBeLessThan(MAX_GROWTH);
});

const mib = (bytes: number) => Math.round(bytes / 1024 ** 2);

/** 0 when the connection broke: a receiver must always answer. */
function statusOf(seed: number): Promise<number> {
  const { path, headers, body } = fuzzBody(seed);
  const { promise, resolve: done } = Promise.withResolvers<number>();
  const sent = request(
    {
      host: url.hostname,
      port: url.port,
      path,
      agent,
      method: "POST",
      headers: { ...headers, "content-length": body.length },
    },
    (response) => {
      response.resume();
      response.once("end", () => done(response.statusCode ?? 0));
    },
  );
  sent.once("error", () => done(0));
  sent.end(body);
  return promise;
}
