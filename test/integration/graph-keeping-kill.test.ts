import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_TENANT, epochMs } from "../../src/core/ids.ts";
import { type Databases, openDatabases } from "../../src/store/databases.ts";
import { createGraphProgress } from "../../src/store/graph-progress.ts";
import { createServiceEdges } from "../../src/store/service-edges.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { batchesOf, type SentSpan, spansRequest } from "../support/graph-records.ts";
import { type IngestServer, startIngest } from "../support/otlp-server.ts";
import { newFolder, segmentsOfTests, smallLimits } from "../support/segments.ts";

const KEEPER = resolve(import.meta.dirname, "../support/graph-keeper-process.ts");
const KILLS = 6;
const CALLS_A_RUN = 60;
const QUIET_MS = 30_000;
const { start, end } = segmentsOfTests();
const folder = newFolder();
const children = new Set<ChildProcess>();
let database: TestDatabase;
let db: Databases;
let receiver: IngestServer;

beforeAll(async () => {
  database = await createTestDatabase();
  db = await openDatabases(database.connectionString);
  receiver = await startIngest();
});

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await end();
  await receiver?.stop();
  await db?.close();
  await database?.stop();
});

test(`two keepers of which one is killed ${KILLS} times count every call once, also those whose halves come a kill apart`, async () => {
  const writers = await Promise.all(
    ["serve-1", "serve-2"].map((writer) => start({ writer, limits: smallLimits({ segmentBytes: 10_000 }) }, folder)),
  );
  const late: SentSpan[] = [];
  const said: string[] = [];
  let [next, steady] = [keeper(said), keeper(said)];
  await steady.ready;
  for (let run = 0; run < KILLS; run++) {
    const victim = next;
    // The next one starts up while this one works.
    next = keeper(said);
    await victim.ready;
    const spans = callsOf(run);
    for (const [at, part] of [spans.slice(0, 100), [...late.splice(0), ...spans.slice(100, 150)]].entries()) {
      for (const batch of await batchesOf(receiver, "traces", spansRequest(part))) {
        await writers[(run + at) % 2]?.segments.append(DEFAULT_TENANT, batch);
      }
      await wait((run * 7) % 40);
    }
    late.push(...spans.slice(150));
    victim.child.kill("SIGKILL");
    // Sometimes the one that has been getting on all the time is next.
    if (run % 3 === 2) [next, steady] = [steady, next];
  }
  for (const batch of await batchesOf(receiver, "traces", spansRequest(late))) {
    await writers[0]?.segments.append(DEFAULT_TENANT, batch);
  }
  for (const { segments } of writers) await segments.close();

  await quiet();

  const found = await createServiceEdges(db).read(DEFAULT_TENANT, epochMs(0));
  const calls = KILLS * CALLS_A_RUN;
  expect(
    new Set(found.map(({ caller, callee, origin, calls: seen }) => `${caller}->${callee} ${origin} ${seen}`)),
  ).toEqual(
    new Set([
      `checkout->payments trace ${calls}`,
      `payments->api.bank.example peer ${calls}`,
      `web->checkout trace ${calls}`,
    ]),
  );
  expect(said).toEqual([]);
}, 180_000);

function spansOf(trace: number): readonly SentSpan[] {
  const id = trace * 10;
  return [
    { trace, id: id + 2, parent: id + 1, service: "payments", peer: "api.bank.example" },
    { trace, id: id + 1, parent: id, service: "checkout" },
    { trace, id, parent: null, service: "web" },
  ];
}

/** Three spans a call, the children before their parents. */
function callsOf(run: number): readonly SentSpan[] {
  const traces = Array.from({ length: CALLS_A_RUN }, (_, at) => run * CALLS_A_RUN + at);
  const all = traces.map(spansOf);
  return [0, 1, 2].flatMap((place) => all.flatMap((spans) => spans.slice(place, place + 1)));
}

function keeper(said: string[]) {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", KEEPER], { stdio: "pipe" });
  children.add(child);
  child.stderr.setEncoding("utf8").on("data", (text: string) => said.push(text));
  child.stdin.on("error", () => undefined);
  child.stdin.write(`${JSON.stringify({ folder, connectionString: database.connectionString })}\n`);
  return { child, ready: once(child.stdout, "data") };
}

/** Waits until everything that was stored is counted and nothing waits to be told. */
async function quiet(): Promise<void> {
  const clock = { nowMs: () => epochMs(Date.now() + 3_600_000) };
  const progress = createGraphProgress(db, clock);
  const { segments } = await start({ writer: null, clock }, folder);
  for (const began = Date.now(); Date.now() - began < QUIET_MS; await wait(50)) {
    const standing = await progress.look(DEFAULT_TENANT);
    if (standing === null || standing.isWaiting) continue;
    const { frames } = await segments.pending(DEFAULT_TENANT, standing.positions, new AbortController().signal);
    if (frames.length === 0) return;
  }
  throw new Error("the keepers did not come to rest");
}
