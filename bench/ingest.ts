// How many events per CPU-second the web server takes in, mined and stored, and how fast it acknowledges webhooks meanwhile.
// Every arm has a server process of its own; the requests come from this one. Arms take turns, round after round.
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedPostgres } from "../src/store/embedded/start.ts";
import { migrate } from "../src/store/migrate.ts";
import { type ArmFigures, type BenchFigure, publish, reportOf, spreadOf } from "./measure/arms.ts";
import { type AckFigures, measureAcks } from "./measure/ingest-ack.ts";
import { type BenchBody, benchBodies, markedBytes } from "./measure/ingest-bodies.ts";
import { type MeasuredServer, type ServerAsked, startServer } from "./measure/ingest-process.ts";

const { values } = parseArgs({
  options: {
    json: { type: "string" },
    rounds: { type: "string", default: "7" },
    requests: { type: "string", default: "200" },
    events: { type: "string", default: "1000" },
    webhooks: { type: "string", default: "500" },
    fsync: { type: "string", default: "always" },
    "memory-inbox": { type: "boolean", default: false },
  },
});
const ROUNDS = Number(values.rounds);
const REQUESTS = Number(values.requests);
const EVENTS = Number(values.events);
const FSYNC = values.fsync === "never" ? "never" : "always";
const AT_ONCE = 4;
/** Rounds that are not counted: until then a process compiles. */
const WARM_UP = 3;
const SECRET = "bench-webhook-secret";
const FOUNDING_RATE = 165_000;

interface HttpArm {
  readonly name: string;
  readonly note: string;
  readonly bodies: readonly BenchBody[];
  readonly stored: boolean;
  /** Another address than the bodies'. */
  readonly path?: string;
}

const loadBefore = loadavg().map((load) => Math.round(load * 100) / 100);
const folder = mkdtempSync(join(tmpdir(), "traceops-ingest-"));
const sets = benchBodies(20, EVENTS);
const gzipped = sets.ndjson.map((body): BenchBody => ({ ...body, kind: "gzip" }));
const ARMS: readonly HttpArm[] = [
  { name: "discard", note: "reads the body, answers 200", bodies: sets.ndjson, stored: false, path: "/bench/discard" },
  { name: "NDJSON: scan, mine", note: "nothing stored", bodies: sets.ndjson, stored: false },
  { name: "NDJSON: scan, mine, store", note: "the shipped way", bodies: sets.ndjson, stored: true },
  { name: "NDJSON, gzip: scan, mine, store", note: "unpacking included", bodies: gzipped, stored: true },
  {
    name: "NDJSON: JSON.parse, normalise",
    note: "an object per line; nothing mined, nothing stored",
    bodies: sets.ndjson,
    stored: false,
    path: "/bench/parse",
  },
  { name: "OTLP protobuf: scan, mine", note: "nothing stored", bodies: sets.protobuf, stored: false },
  { name: "OTLP protobuf: scan, mine, store", note: "the shipped way", bodies: sets.protobuf, stored: true },
  {
    name: "OTLP protobuf: protobufjs, mine",
    note: "the same rows and templates from decoded objects; nothing stored",
    bodies: sets.protobuf,
    stored: false,
    path: "/bench/protobufjs",
  },
  {
    name: "OTLP protobuf: protobufjs decode only",
    note: "less work than the others: an object per record, nothing mined, nothing stored",
    bodies: sets.protobuf,
    stored: false,
    path: "/bench/protobufjs-decode",
  },
  { name: "OTLP JSON: rewrite, mine, store", note: "the shipped way", bodies: sets.json, stored: true },
];

const asked = (name: string, more: Partial<ServerAsked>): ServerAsked => ({
  folder: join(folder, name.replaceAll(/\W+/gu, "-")),
  fsync: null,
  database: null,
  webhookSecret: SECRET,
  ...more,
});
let sent = 0;

async function runRound(server: MeasuredServer, arm: HttpArm): Promise<number> {
  // Made before the clock starts, and the generator's CPU is not the server's.
  const requests = Array.from({ length: REQUESTS }, (_, index) => {
    const body = arm.bodies[index % arm.bodies.length];
    if (body === undefined) throw new RangeError("there are bodies");
    return { path: arm.path ?? body.path, bytes: markedBytes(body, ++sent), headers: headersOf(body) };
  });
  const before = await server.count();
  let next = 0;
  const sender = async () => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const status = await server.post(request.path, request.bytes, request.headers);
      if (status !== 200) throw new Error(`${arm.name} was answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  const after = await server.count();
  const rows = after.rows - before.rows;
  if (arm.path === undefined && rows !== REQUESTS * EVENTS) throw new Error(`${arm.name} took ${rows} rows`);
  return (REQUESTS * EVENTS) / ((after.cpuUs - before.cpuUs) / 1e6);
}

function headersOf({ contentType, kind }: BenchBody): Readonly<Record<string, string>> {
  return { "content-type": contentType, ...(kind === "gzip" ? { "content-encoding": "gzip" } : {}) };
}

interface RunningArm {
  readonly arm: HttpArm;
  readonly server: MeasuredServer;
  readonly rates: number[];
}

async function runArms(): Promise<readonly ArmFigures[]> {
  const running: RunningArm[] = [];
  try {
    for (const arm of ARMS) {
      running.push({
        arm,
        server: await startServer(asked(arm.name, { fsync: arm.stored ? FSYNC : null })),
        rates: [],
      });
    }
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      process.stderr.write(`round ${round + 1} of ${WARM_UP} uncounted and ${ROUNDS}\n`);
      for (const { arm, server, rates } of running) rates.push(await runRound(server, arm));
    }
    return await Promise.all(running.map(figuresOfArm));
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()));
  }
}

async function figuresOfArm({ arm, server, rates }: RunningArm): Promise<ArmFigures> {
  const { rss, templates } = await server.count();
  const checks = [`${templates} templates`, `${Math.round(rss / 1024 ** 2)} MiB`];
  return { name: arm.name, note: `${arm.note}; ${checks.join(", ")}`, ...spreadOf(rates.slice(WARM_UP)), checks };
}

async function runAcks(): Promise<readonly { readonly name: string; readonly acks: AckFigures }[]> {
  const postgres = values["memory-inbox"] ? null : await startEmbeddedPostgres({ dataDir: join(folder, "postgres") });
  if (postgres !== null) await migrate(postgres.connectionString);
  const server = await startServer(asked("acks", { fsync: FSYNC, database: postgres?.connectionString ?? null }));
  const measured = [];
  try {
    const base = { webhooks: Number(values.webhooks), secret: SECRET };
    // The first requests of a process compile it.
    await measureAcks(server, { ...base, webhooks: 100, bodies: sets.ndjson, eventsPerSecond: 50_000 });
    const loads = [
      { name: "no events", bodies: sets.ndjson, eventsPerSecond: 0 },
      { name: `NDJSON at ${FOUNDING_RATE} events/s`, bodies: sets.ndjson, eventsPerSecond: FOUNDING_RATE },
      { name: `OTLP protobuf at ${FOUNDING_RATE} events/s`, bodies: sets.protobuf, eventsPerSecond: FOUNDING_RATE },
      { name: "NDJSON at full speed", bodies: sets.ndjson, eventsPerSecond: null },
    ];
    for (const { name, ...load } of loads)
      measured.push({ name, acks: await measureAcks(server, { ...base, ...load }) });
  } finally {
    await server.stop();
    await postgres?.stop();
  }
  return measured;
}

function figuresOf(
  arms: readonly ArmFigures[],
  acks: readonly { readonly name: string; readonly acks: AckFigures }[],
): readonly BenchFigure[] {
  const rate = (name: string) => arms.find((arm) => arm.name === name);
  const unit = "events per CPU-second";
  const ndjson = rate("NDJSON: scan, mine, store");
  const protobuf = rate("OTLP protobuf: scan, mine, store");
  const unstored = rate("OTLP protobuf: scan, mine");
  const decoded = rate("OTLP protobuf: protobufjs, mine");
  return [
    { name: "NDJSON mined and stored, lowest round", value: ndjson?.low ?? 0, unit, atLeast: 3 * FOUNDING_RATE },
    {
      name: "OTLP protobuf mined and stored, lowest round",
      value: protobuf?.low ?? 0,
      unit,
      atLeast: 2 * FOUNDING_RATE,
    },
    {
      name: "OTLP protobuf scanned and mined, of the same by protobufjs",
      value: (unstored?.median ?? 0) / (decoded?.median ?? 1),
      unit: "×",
    },
    ...acks.flatMap(({ name, acks: each }): BenchFigure[] => [
      { name: `webhook acknowledged, p99, ${name}`, value: each.p99Ms, unit: "ms", atMost: 50 },
      { name: `webhook acknowledged, p50, ${name}`, value: each.p50Ms, unit: "ms" },
      { name: `webhook acknowledged, slowest, ${name}`, value: each.maxMs, unit: "ms" },
      { name: `webhooks not acknowledged, ${name}`, value: each.refused, unit: "" },
      { name: `events taken in meanwhile, ${name}`, value: each.eventsPerSecond, unit: "events/s" },
    ]),
  ];
}

try {
  const arms = await runArms();
  const acks = await runAcks();
  const report = reportOf("bench:ingest", {
    loadBefore,
    settings: {
      "events a request": EVENTS,
      "bytes an event, NDJSON": Math.round((sets.ndjson[0]?.bytes.length ?? 0) / EVENTS),
      "bytes an event, OTLP protobuf": Math.round((sets.protobuf[0]?.bytes.length ?? 0) / EVENTS),
      rounds: `${ROUNDS} after ${WARM_UP} uncounted`,
      "requests a round": REQUESTS,
      "requests at once": AT_ONCE,
      SEGMENTS_FSYNC: FSYNC,
      "webhooks stored in": values["memory-inbox"] ? "memory (a stand-in)" : "PostgreSQL, durable",
    },
    groups: [{ title: "HTTP ingest, the same log records", unit: "events", arms }],
    figures: figuresOf(arms, acks),
    notes: [
      "CPU time of the server process with all of its threads; the load generator is another process. Each arm has a server process of its own.",
      "A request is answered when its records are stored; batches that wait at the same time share one write and one sync.",
    ],
  });
  publish(report, values.json);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
