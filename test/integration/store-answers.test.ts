import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Analysis } from "../../src/core/analysis.ts";
import type { Event, LogEvent, SpanEvent } from "../../src/core/event.ts";
import {
  alertFingerprint,
  epochMs,
  epochNs,
  eventId,
  hypothesisId,
  type TenantId,
  tenantId,
} from "../../src/core/ids.ts";
import type { Incident } from "../../src/core/incident.ts";
import type { LearnedWeight } from "../../src/core/learning/weights.ts";
import { own, ownWords } from "../../src/core/safe.ts";
import { withClient } from "../../src/store/client.ts";
import { createStore, type Store } from "../../src/store/create-store.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const NOW = epochMs(Date.UTC(2026, 0, 1, 2, 0));
const clock = { nowMs: () => NOW };
const words = (text: string) => ownWords(own(text));
const OTHER = tenantId("other");

let database: TestDatabase;
let store: Store;
let tenant: TenantId;
const made = { tenants: 0 };

beforeAll(async () => {
  database = await createTestDatabase();
  store = await createStore(database.connectionString, { clock });
});

beforeEach(() => {
  made.tenants += 1;
  tenant = tenantId(`tenant-${made.tenants}`);
});

afterAll(async () => {
  await store?.close();
  await database?.stop();
});

async function anIncident(): Promise<Incident> {
  const applied = await store.incidents.apply(
    {
      tenant,
      decision: { kind: "open", reason: "no-open-incident-matches" },
      alert: {
        source: "generic",
        eventId: "event-1",
        fingerprint: alertFingerprint("one"),
        groupKey: "group",
        externalId: null,
        status: "firing",
        severity: "error",
        title: words("slow"),
        service: words("checkout"),
        startedAtMs: NOW,
        occurredAtMs: NOW,
        url: null,
        by: null,
      },
    },
    () => [],
  );
  if (applied.status === "conflict") throw new Error("unexpected conflict");
  return applied.incident;
}

function jobsOf(incidentId: string): Promise<number> {
  return withClient(database.connectionString, async (client) => {
    const { rows } = await client.query("SELECT count(*)::int AS n FROM outbox WHERE payload->>'incidentId' = $1", [
      incidentId,
    ]);
    return rows[0].n;
  });
}

/** Only what the store looks at; the rest must come back untouched, in the order it was written. */
function anAnalysis(incident: Incident, text: string): Analysis {
  const at = words("2026-01-01T02:00:00.000Z");
  return {
    schema: "traceops.analysis/v1",
    incident: {
      id: incident.id,
      title: incident.title,
      service: null,
      severity: words("error"),
      startedAt: at,
      detectedAt: at,
    },
    window: { from: at, to: at, baselineFrom: at, baselineTo: at },
    verdict: "no-likely-cause",
    verdictBecause: words(text),
    timeline: [],
    hiddenRows: 0,
    hypotheses: [],
    gaps: [],
    evidence: [],
    graph: [],
    chart: { from: at, bucketSeconds: 60, errors: [], byService: [] },
    impact: { text: null, evidenceIds: [] },
    weightsVersion: 0,
    stats: { lines: 0, events: 0, sources: 0, elapsedMs: 1 },
  };
}

describe("answers", () => {
  test("are numbered as they come, and one of an older revision than the newest is superseded", async () => {
    const incident = await anIncident();
    const save = (revision: number, text: string) =>
      store.analyses.save(
        { tenant, incidentId: incident.id, revision, analysis: anAnalysis(incident, text), atMs: NOW },
        [{ name: "surface.publish", payload: { incidentId: incident.id, surface: "web" } }],
      );

    expect(await store.analyses.latest(tenant, incident.id)).toBeNull();
    expect(await save(2, "first")).toBe("saved");
    expect(await store.analyses.lastTwo(tenant, incident.id)).toHaveLength(1);
    expect(await save(1, "too late")).toBe("superseded");
    expect(await save(2, "second")).toBe("saved");

    const latest = await store.analyses.latest(tenant, incident.id);
    const [newest, previous] = await store.analyses.lastTwo(tenant, incident.id);
    expect(latest).toMatchObject({ revision: 2, sequence: 2, atMs: NOW });
    expect(newest).toEqual(latest);
    expect(previous?.analysis.verdictBecause).toBe("first");
    expect(JSON.stringify(latest?.analysis)).toBe(JSON.stringify(anAnalysis(incident, "second")));
    expect(await store.analyses.latest(OTHER, incident.id)).toBeNull();
    expect(await jobsOf(incident.id)).toBe(2);
  });

  test("ten at once get ten numbers", async () => {
    const incident = await anIncident();

    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        store.analyses.save(
          { tenant, incidentId: incident.id, revision: 1, analysis: anAnalysis(incident, `${index}`), atMs: NOW },
          [],
        ),
      ),
    );

    expect((await store.analyses.latest(tenant, incident.id))?.sequence).toBe(10);
  });
});

test("votes are kept as facts, oldest first", async () => {
  const incident = await anIncident();
  const vote = {
    incidentId: incident.id,
    hypothesisId: hypothesisId("h1"),
    actorId: "web:1",
    actorName: words("ana"),
    atMs: NOW,
    claim: { causeKind: "change", causeService: words("checkout"), alertedService: null, summary: words("a deploy") },
  };

  const first = await store.feedback.add(tenant, { ...vote, verdict: "no" }, []);
  const second = await store.feedback.add(tenant, { ...vote, verdict: "withdrawn" }, []);

  expect(first).toEqual({ ...vote, verdict: "no", id: first.id });
  expect(await store.feedback.ofIncident(tenant, incident.id)).toEqual([first, second]);
  expect(await store.feedback.all(tenant, 1)).toEqual([second]);
  expect(await store.feedback.all(OTHER, 10)).toEqual([]);
});

test("weights get a new version only when they differ, also when several learn at once", async () => {
  const weight: LearnedWeight = {
    causeKind: "change",
    causeService: null,
    alertedService: words("checkout"),
    points: 40,
    because: words("two people said so"),
    votes: [{ id: eventId("feedback", "1"), quote: words("yes"), at: words("2026-01-01T02:00:00.000Z") }],
  };

  expect(await store.weights.current(tenant)).toEqual({ version: 0, learned: [] });
  expect(await store.weights.saveIfChanged(tenant, [], NOW)).toEqual({ version: 0, learned: [] });
  const saved = await Promise.all([1, 2, 3, 4].map(() => store.weights.saveIfChanged(tenant, [weight], NOW)));

  expect(saved.map(({ version }) => version)).toEqual([1, 1, 1, 1]);
  expect(await store.weights.current(tenant)).toEqual({ version: 1, learned: [weight] });
  expect(await store.weights.saveIfChanged(tenant, [], NOW)).toEqual({ version: 2, learned: [] });
});

const aLog = (second: number): LogEvent => ({
  kind: "log",
  id: eventId("pushed", String(second)),
  atNs: epochNs(BigInt(NOW) * 1_000_000n + BigInt(second) * 1_000_000_000n + 123n),
  observedNs: null,
  service: words("checkout"),
  host: null,
  source: "pushed",
  ref: words(`batch#${second}`),
  traceId: null,
  spanId: null,
  requestId: null,
  severity: "error",
  body: words(`line ${second} \u0000 end`),
  attributes: { atNs: words("5"), nested: true },
  exception: null,
});

describe("pushed events", () => {
  test("come back as they were, in order of time, within the range and the limit", async () => {
    const { id, atNs, observedNs, service, host, source, ref, traceId, spanId, requestId, attributes } = aLog(3);
    const span: SpanEvent = {
      id,
      atNs,
      observedNs,
      service,
      host,
      source,
      ref,
      traceId,
      spanId,
      requestId,
      kind: "span",
      name: words("GET /"),
      spanKind: "server",
      parentSpanId: null,
      durationNs: 12_345_678_901_234_567n,
      status: "ok",
      attributes,
    };
    const pushed: Event[] = [aLog(9), span, aLog(1)];
    await store.pushedEvents.append(tenant, pushed);
    await store.pushedEvents.append(tenant, [aLog(2)]);

    const read = (fromMs: number, toMs: number, limit: number) =>
      store.pushedEvents.read(tenant, { fromMs: epochMs(NOW + fromMs), toMs: epochMs(NOW + toMs), limit });

    expect((await read(0, 10_000, 10)).map((event) => event.ref)).toEqual(["batch#1", "batch#2", "batch#3", "batch#9"]);
    expect((await read(0, 10_000, 2)).map((event) => event.ref)).toEqual(["batch#1", "batch#2"]);
    expect(await read(2_500, 3_500, 10)).toEqual([span]);
    // NUL is replaced, everything else is as it was.
    expect(await read(1_500, 2_500, 10)).toEqual([{ ...aLog(2), body: "line 2 \uFFFD end" }]);
    expect(await store.pushedEvents.read(OTHER, { fromMs: NOW, toMs: epochMs(NOW + 10_000), limit: 5 })).toEqual([]);
  });

  test("are removed when they are too old", async () => {
    await store.pushedEvents.append(tenant, [aLog(-86_400)]);

    expect(await store.pushedEvents.prune(epochMs(NOW - 3_600_000))).toBe(1);
    expect(await store.pushedEvents.prune(epochMs(NOW - 3_600_000))).toBe(0);
  });
});

test("marks keep the last value", async () => {
  expect(await store.marks.get(tenant, "cursor")).toBeNull();
  await store.marks.set(tenant, "cursor", "1");
  await store.marks.set(tenant, "cursor", "2");

  expect(await store.marks.get(tenant, "cursor")).toBe("2");
  expect(await store.marks.get(OTHER, "cursor")).toBeNull();
  await store.checkWritable();
});

describe("outbound messages", () => {
  test("have one row per logical message, whoever asks first", async () => {
    const incident = await anIncident();
    const key = { tenant, incidentId: incident.id, surface: "slack", kind: "root", ordinal: 0 };

    const rows = await Promise.all(Array.from({ length: 5 }, () => store.messages.open(key)));

    expect(new Set(rows.map(({ id }) => id)).size).toBe(1);
    expect(rows[0]).toMatchObject({ key, state: "pending", attempt: 0, remote: null, bodyHash: null, lookups: 0 });
    expect(rows[0]?.nonce).toMatch(/^[0-9a-f-]{36}$/u);
    expect(await store.messages.ofIncident(tenant, incident.id, "slack")).toEqual([rows[0]]);
    expect(await store.messages.ofIncident(tenant, incident.id, "web")).toEqual([]);
  });

  test("are moved by one of several who saw the same state", async () => {
    const incident = await anIncident();
    const seen = await store.messages.open({
      tenant,
      incidentId: incident.id,
      surface: "slack",
      kind: "note",
      ordinal: 1,
    });

    const moved = await Promise.all(
      [1, 2, 3].map((number) =>
        store.messages.move(seen, { state: "sending", attempt: 1, attemptAtMs: NOW, nonce: `nonce-${number}` }),
      ),
    );
    const sending = await store.messages.open(seen.key);
    const posted = { state: "posted" as const, remote: { place: "C1", id: "1.2" }, bodyHash: "abc" };

    expect(moved.filter(Boolean)).toHaveLength(1);
    expect(sending).toMatchObject({ state: "sending", attempt: 1, attemptAtMs: NOW });
    expect(await store.messages.move(sending, posted)).toBe(true);
    expect(await store.messages.move(sending, { state: "failed" })).toBe(false);
    expect(await store.messages.open(seen.key)).toMatchObject(posted);
  });
});

describe("migrations", () => {
  test("run once, also when several processes start together", async () => {
    const fresh = await createTestDatabase({ migrated: false });
    const results = await Promise.all([1, 2, 3].map(() => migrate(fresh.connectionString)));
    await fresh.stop();

    expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
  });

  test("refuse a database whose migration was a different text", async () => {
    const fresh = await createTestDatabase();
    await withClient(fresh.connectionString, (client) =>
      client.query(`UPDATE "_prisma_migrations" SET checksum = repeat('0', 64)`),
    );

    await expect(migrate(fresh.connectionString)).rejects.toThrow(/its file was changed afterwards/u);
    await fresh.stop();
  });
});
