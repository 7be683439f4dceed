import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IncidentChange } from "../../src/app/ports.ts";
import type { Alert } from "../../src/core/alert.ts";
import type { CorrelationScope } from "../../src/core/correlation/scope.ts";
import { alertFingerprint, DEFAULT_TENANT, epochMs, type IncidentId } from "../../src/core/ids.ts";
import type { Incident } from "../../src/core/incident.ts";
import { own, ownWords } from "../../src/core/safe.ts";
import { withClient } from "../../src/store/client.ts";
import { createStore, type Store } from "../../src/store/create-store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const NOW = epochMs(Date.UTC(2026, 0, 1, 2, 0));
const clock = { nowMs: () => NOW };
const words = (text: string) => ownWords(own(text));
const investigate = (incident: Incident) => [
  { name: "incident.investigate" as const, payload: { incidentId: incident.id, revision: incident.revision } },
];

let database: TestDatabase;
let store: Store;
let rival: Store;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await createStore(database.connectionString, { clock });
  // A second process: its own connections, nothing shared but the database.
  rival = await createStore(database.connectionString, { clock });
});

afterAll(async () => {
  await store?.close();
  await rival?.close();
  await database?.stop();
});

function anAlert(change: Partial<Alert> = {}): Alert {
  return {
    source: "generic",
    eventId: "event-1",
    fingerprint: alertFingerprint("fingerprint-1"),
    groupKey: "group-1",
    externalId: null,
    status: "firing",
    severity: "critical",
    title: words("checkout answers slowly"),
    service: words("checkout"),
    startedAtMs: epochMs(NOW - 60_000),
    occurredAtMs: epochMs(NOW - 30_000),
    url: null,
    by: null,
    ...change,
  };
}

const opening = (alert: Alert): IncidentChange => ({
  tenant: DEFAULT_TENANT,
  alert,
  decision: { kind: "open", reason: "no-open-incident-matches" },
});

const joining = (alert: Alert, incidentId: IncidentId): IncidentChange => ({
  tenant: DEFAULT_TENANT,
  alert,
  decision: { kind: "attach", incidentId, reason: "same-fingerprint" },
});

async function openIncident(key: string): Promise<Incident> {
  const alert = anAlert({ eventId: `open-${key}`, groupKey: key, fingerprint: alertFingerprint(key) });
  const applied = await store.incidents.apply(opening(alert), investigate);
  if (applied.status === "conflict") throw new Error("unexpected conflict");
  return applied.incident;
}

async function count(sql: string, values: readonly unknown[] = []): Promise<number> {
  return withClient(database.connectionString, async (client) => {
    const { rows } = await client.query(`SELECT count(*)::int AS n FROM ${sql}`, [...values]);
    return rows[0].n;
  });
}

async function idsIn(scope: CorrelationScope) {
  return (await store.incidents.findOpen(DEFAULT_TENANT, scope)).map(({ id }) => id);
}

async function newestInboxId(): Promise<string> {
  return withClient(database.connectionString, async (client) => {
    const { rows } = await client.query<{ id: string }>("SELECT id::text AS id FROM inbox ORDER BY id DESC LIMIT 1");
    return rows[0]?.id ?? "";
  });
}

describe("inbox", () => {
  const delivery = { raw: Uint8Array.of(0, 255, 123, 10), receivedAtMs: NOW };
  const item = { tenant: DEFAULT_TENANT, source: "generic", dedupKey: "twenty", delivery };

  test("twenty deliveries of one webhook at once are one row and one job", async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store : rival).inbox.store(item)),
    );

    expect(results.filter((result) => result === "stored")).toHaveLength(1);
    expect(await count("inbox WHERE dedup_key = 'twenty'")).toBe(1);
    expect(await count("outbox WHERE job = 'delivery.process'")).toBe(1);
  });

  test("what was sent comes back byte for byte, whatever it holds", async () => {
    await store.inbox.store({ ...item, dedupKey: `odd \u0000 \ud800 ${"x".repeat(5_000)}` });
    const id = await newestInboxId();

    const loaded = await store.inbox.load(id);
    await store.inbox.quarantine(id, "unreadable \u0000");

    expect(loaded).toMatchObject({ state: "new", source: "generic", delivery: { receivedAtMs: NOW } });
    expect([...(loaded?.delivery.raw ?? [])]).toEqual([0, 255, 123, 10]);
    expect((await store.inbox.load(id))?.state).toBe("quarantined");
    expect(await store.inbox.load("not-a-number")).toBeNull();
  });
});

describe("incidents", () => {
  test("two processes that open one group key end with one incident, and the loser is told", async () => {
    const alerts = ["a", "b"].map((id) => anAlert({ eventId: `race-${id}`, groupKey: "race" }));

    const outcomes = await Promise.all(
      alerts.map((alert, index) => (index === 0 ? store : rival).incidents.apply(opening(alert), investigate)),
    );

    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["applied", "conflict"]);
    expect(await count("incident WHERE open_key = 'race'")).toBe(1);
    expect(await count("alert_fact WHERE event_id LIKE 'race-%'")).toBe(1);
  });

  test("an alert comes back with its labels, and one without labels without any", async () => {
    const labels = { alertname: words("DiskFills"), pod: words("archive-0") };
    for (const more of [{ labels }, {}]) {
      const key = `labels-${Object.keys(more).length}`;
      const alert = anAlert({ eventId: key, groupKey: key, fingerprint: alertFingerprint(key), ...more });
      const applied = await store.incidents.apply(opening(alert), investigate);
      if (applied.status === "conflict") throw new Error("unexpected conflict");

      const facts = await store.incidents.alerts(DEFAULT_TENANT, applied.incident.id);

      expect(facts.map((fact) => fact.alert)).toEqual([alert]);
    }
  });

  test("an alert that fires and ends at the same moment opens one incident, whichever process is first", async () => {
    const fired = anAlert({ eventId: "race-1", fingerprint: alertFingerprint("race"), groupKey: "race" });
    const ended: Alert = { ...fired, eventId: "race-2", status: "resolved", occurredAtMs: NOW };

    const [one, other] = await Promise.all([
      store.incidents.apply(opening(fired), investigate),
      rival.incidents.apply(opening(ended), investigate),
    ]);

    expect([one.status, other.status].toSorted()).toEqual(["applied", "conflict"]);
    expect(await count("incident WHERE 'race' = ANY(fingerprints)")).toBe(1);
  });

  test("the same event twenty times at once is one fact, one revision and one job", async () => {
    const incident = await openIncident("repeat");
    const alert = anAlert({ eventId: "repeat-2", fingerprint: alertFingerprint("repeat"), status: "acknowledged" });

    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? store : rival).incidents.apply(joining(alert, incident.id), investigate),
      ),
    );

    expect(outcomes.filter((outcome) => outcome.status === "applied" && outcome.changed)).toHaveLength(1);
    const after = await store.incidents.get(DEFAULT_TENANT, incident.id);
    expect(after).toMatchObject({ revision: 2, status: "acknowledged", alertCount: 1 });
    expect(await count("outbox WHERE payload->>'incidentId' = $1", [incident.id])).toBe(2);
  });

  test("events that arrive in another order give the same incident", async () => {
    const steps = [
      { status: "firing" as const, at: 0 },
      { status: "acknowledged" as const, at: 10 },
      { status: "resolved" as const, at: 20 },
    ];
    const seen: unknown[] = [];
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [2, 1, 0],
      [1, 0, 2],
    ]) {
      const key = `order-${order.join("")}`;
      const alerts = order
        .map((index) => steps[index])
        .map((step, index) =>
          anAlert({
            eventId: `${key}-${step?.status}`,
            groupKey: key,
            fingerprint: alertFingerprint(key),
            status: step?.status ?? "firing",
            occurredAtMs: epochMs(NOW - 30_000 + (step?.at ?? 0) * 1000),
            by: index === 9 ? null : words("ana"),
          }),
        );
      const [first, ...later] = alerts;
      const opened = await store.incidents.apply(opening(first ?? anAlert()), investigate);
      if (opened.status === "conflict") throw new Error("unexpected conflict");
      for (const alert of later) await store.incidents.apply(joining(alert, opened.incident.id), investigate);
      const { id, ...rest } = (await store.incidents.get(DEFAULT_TENANT, opened.incident.id)) ?? { id: null };
      expect(id).not.toBeNull();
      seen.push(rest);
    }

    for (const incident of seen) expect(incident).toEqual(seen[0]);
    expect(seen[0]).toMatchObject({ status: "resolved", revision: 3, acknowledgedBy: "ana" });
  });

  test("a resolved group can be opened again, and a reopened incident holds its key again", async () => {
    const first = await openIncident("again");
    const resolved = anAlert({
      eventId: "again-resolved",
      groupKey: "again",
      fingerprint: alertFingerprint("again"),
      status: "resolved",
      occurredAtMs: NOW,
    });
    await store.incidents.apply(joining(resolved, first.id), investigate);
    expect(await count("incident WHERE open_key = 'again'")).toBe(0);

    const refired = { ...resolved, eventId: "again-fired", status: "firing" as const, occurredAtMs: epochMs(NOW + 1) };
    const applied = await store.incidents.apply(joining(refired, first.id), investigate);

    expect(applied).toMatchObject({ status: "applied", incident: { status: "triggered", reopened: true } });
    expect(await count("incident WHERE open_key = 'again'")).toBe(1);
  });

  test("open incidents and those resolved within the hour are visible to correlation", async () => {
    const incident = await openIncident("visible");

    const open = await store.incidents.findOpen(DEFAULT_TENANT);

    expect(open.find(({ id }) => id === incident.id)).toEqual({
      id: incident.id,
      service: "checkout",
      services: ["checkout"],
      fingerprints: ["visible"],
      groupKeys: ["visible"],
      lastAlertAtMs: NOW - 30_000,
      status: "triggered",
    });
    const later = await createStore(database.connectionString, {
      clock: { nowMs: () => epochMs(NOW + 2 * 3_600_000) },
    });
    const stillOpen = await later.incidents.findOpen(DEFAULT_TENANT);
    await later.close();
    expect(stillOpen.every(({ status }) => status !== "resolved")).toBe(true);
  });

  test("with a scope only the incidents that an alert could belong to are read, whatever their texts hold", async () => {
    const long = "x".repeat(20_000);
    const near = await openIncident("scope-near");
    const odd = await openIncident(`scope-odd\u0000\ud800${long}`);
    const nothing = { fingerprint: alertFingerprint("scope-none") };
    const atMs = epochMs(NOW - 30_000);

    expect(await idsIn({ fingerprint: alertFingerprint("scope-near") })).toEqual([near.id]);
    expect(await idsIn({ ...nothing, groupKey: "scope-near" })).toEqual([near.id]);
    expect(await idsIn({ fingerprint: alertFingerprint(`scope-odd\u0000\ud800${long}`) })).toEqual([odd.id]);
    expect(await idsIn(nothing)).toEqual([]);
    expect(await idsIn({ ...nothing, near: { atMs, withinMs: 1_000 } })).toEqual(
      expect.arrayContaining([near.id, odd.id]),
    );
    expect(await idsIn({ ...nothing, near: { atMs: epochMs(NOW - 31_001), withinMs: 1_000 } })).toEqual([]);
  });

  test("alerts, notes and lists come back with what was stored", async () => {
    const incident = await openIncident("notes");
    const actor = { kind: "web-user" as const, tenant: DEFAULT_TENANT, id: "web:1", name: words("ana") };

    const note = await store.incidents.addNote(
      { tenant: DEFAULT_TENANT, incidentId: incident.id, actor, at: NOW, text: words("restarted it") },
      investigate,
    );

    expect(await store.incidents.notes(DEFAULT_TENANT, incident.id)).toEqual([note]);
    expect(note).toMatchObject({ atMs: NOW, who: "ana", text: "restarted it" });
    expect(await store.incidents.alerts(DEFAULT_TENANT, incident.id)).toMatchObject([
      { decision: "open: no-open-incident-matches", alert: { eventId: "open-notes", groupKey: "notes" } },
    ]);
    const listed = await store.incidents.list(DEFAULT_TENANT, { status: "open", service: "checkout", limit: 200 });
    expect(listed.map(({ id }) => id)).toContain(incident.id);
    expect(await store.incidents.list(DEFAULT_TENANT, { service: "nobody", limit: 5 })).toEqual([]);
  });

  test("of very many notes the newest are read, in order", async () => {
    const incident = await openIncident("many-notes");
    await withClient(database.connectionString, (client) =>
      client.query(
        `INSERT INTO note (tenant, incident_id, at, actor_kind, actor_id, who, text)
         SELECT $1, $2, now() + n * interval '1 second', 'webhook', 'w', 'w', 'note ' || n FROM generate_series(1, 2500) n`,
        [DEFAULT_TENANT, incident.id],
      ),
    );

    const notes = await store.incidents.notes(DEFAULT_TENANT, incident.id);

    expect([notes.length, notes[0]?.text, notes.at(-1)?.text]).toEqual([2000, "note 501", "note 2500"]);
  });
});
