import { afterAll, beforeAll, expect, test } from "vitest";
import type { PostmortemDocument } from "../../src/app/people-ports.ts";
import { bindPostmortems } from "../../src/app/postmortem-verbs.ts";
import { alertFingerprint, epochMs, type IncidentId, tenantId } from "../../src/core/ids.ts";
import type { Incident } from "../../src/core/incident.ts";
import { presentIncident } from "../../src/core/presentation/present.ts";
import { own, ownWords, type Safe } from "../../src/core/safe.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";
import { createStore, type Store } from "../../src/store/create-store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const NOW = epochMs(Date.UTC(2026, 0, 1, 2, 0));
const clock = { nowMs: () => NOW };
const words = (text: string) => ownWords(own(text));
const TENANT = tenantId("acme");
const OTHER = tenantId("other");

let database: TestDatabase;
let stores: readonly Store[] = [];
let incident: Incident;

beforeAll(async () => {
  database = await createTestDatabase();
  // Two processes: own connections, nothing shared but the database.
  stores = [
    await createStore(database.connectionString, { clock }),
    await createStore(database.connectionString, { clock }),
  ];
});

afterAll(async () => {
  for (const store of stores) await store.close();
  await database?.stop();
});

function first(): Store {
  const [store] = stores;
  if (store === undefined) throw new TypeError("there is a store");
  return store;
}

async function newIncident(): Promise<IncidentId> {
  const at = epochMs(NOW - 60_000);
  const name = `alert ${String(Math.random())}`;
  const applied = await first().incidents.apply(
    {
      tenant: TENANT,
      decision: { kind: "open", reason: "no-open-incident-matches" },
      alert: {
        source: "generic",
        eventId: name,
        fingerprint: alertFingerprint(name),
        groupKey: name,
        externalId: null,
        status: "firing",
        severity: "error",
        title: words("slow"),
        service: words("checkout"),
        startedAtMs: at,
        occurredAtMs: at,
        url: null,
        by: null,
      },
    },
    () => [],
  );
  if (applied.status !== "applied") throw new TypeError("nobody else opens incidents here");
  incident = applied.incident;
  return incident.id;
}

const aDocument = (incidentId: IncidentId, change: Partial<PostmortemDocument> = {}): PostmortemDocument => ({
  incidentId,
  version: 1,
  generated: words("# Draft\n\n- fact"),
  text: words("# Draft\n\n- fact  \n\twords 👍 <b>"),
  editedBy: null,
  atMs: NOW,
  canvas: null,
  ...change,
});

/** The verbs of one process, whose draft says the given facts. */
function verbsOf(store: Store, facts: () => Safe) {
  return bindPostmortems({
    ...store,
    clock,
    redactor: createRedactor({ pseudonymKey: "test" }),
    engine: { draftPostmortem: facts },
    answer: async (tenant) =>
      tenant === TENANT
        ? {
            incident,
            analysis: null,
            view: presentIncident({ incident, analysis: null, votes: [], publicUrl: null, nowMs: NOW }),
            changeOfMind: null,
            notes: [],
            sequence: 1,
          }
        : null,
  });
}

test("what was saved comes back byte for byte, by version, and only for its tenant", async () => {
  const id = await newIncident();
  const store = first().postmortems;
  const document = aDocument(id);
  const edited = aDocument(id, {
    version: 2,
    editedBy: words("Ann"),
    canvas: { place: "T1/C1", id: "F1" },
  });

  expect(await store.latest(TENANT, id)).toBeNull();
  await store.save(TENANT, document);
  await store.save(TENANT, edited);
  await store.save(TENANT, { ...edited, version: 3, editedBy: null });

  expect(await store.latest(TENANT, id)).toEqual({ ...edited, version: 3, editedBy: null });
  expect(await store.version(TENANT, id, 1)).toEqual(document);
  expect(await store.lastEdit(TENANT, id)).toEqual(edited);
  expect(await store.latest(OTHER, id)).toBeNull();
  expect(await store.version(TENANT, id, 9)).toBeNull();
});

test("of many processes that save one version exactly one succeeds, and its text stands", async () => {
  const id = await newIncident();
  const tries = Array.from({ length: 10 }, (_, index) => ({ text: words(`text ${index}`), store: stores[index % 2] }));

  const outcomes = await Promise.all(
    tries.map(({ text, store }) => (store ?? first()).postmortems.save(TENANT, aDocument(id, { text }))),
  );

  expect(outcomes.filter((outcome) => outcome === "saved")).toHaveLength(1);
  expect((await first().postmortems.latest(TENANT, id))?.text).toBe(`text ${outcomes.indexOf("saved")}`);
});

test("drafts and edits at once, from two processes, lose no line of a person and no fact", async () => {
  const id = await newIncident();
  let facts = words("# Draft\n\n## Cause\n\n- Unknown.\n\n## Records\n\n- one\n");
  const [one, two] = stores.map((store) => verbsOf(store, () => facts));
  if (one === undefined || two === undefined) throw new TypeError("there are two processes");
  const ann = { kind: "web-user", tenant: TENANT, id: "web:ann", name: words("Ann") } as const;
  const shown = await one.draftPostmortem(ann, id);
  if (shown === null) throw new TypeError("there is a draft");
  facts = words("# Draft\n\n## Cause\n\n- Deploy v412.\n\n## Records\n\n- one\n- two\n");

  const typed = shown.text.replace("- one\n", "- one\n\nAnn wrote this  \n");
  const [saved] = await Promise.all([
    one.savePostmortem(ann, { incidentId: id, text: typed, version: shown.version }),
    ...Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? one : two).draftPostmortem(ann, id)),
  ]);
  const after = await two.draftPostmortem(ann, id);
  const again = await one.draftPostmortem(ann, id);

  expect(saved.kind).toBe("saved");
  expect(after?.text).toContain("\nAnn wrote this  \n");
  expect(after?.text).toContain("- Deploy v412.");
  expect(after?.text.split("- two").length).toBe(2);
  expect(again).toEqual(after);
});

test("people of another tenant can neither read nor save", async () => {
  const id = await newIncident();
  const verbs = verbsOf(first(), () => words("# Draft\n"));
  const ann = { kind: "web-user", tenant: TENANT, id: "web:ann", name: words("Ann") } as const;
  await verbs.draftPostmortem(ann, id);
  const stranger = { ...ann, tenant: OTHER };

  expect(await verbs.draftPostmortem(stranger, id)).toBeNull();
  expect(await verbs.exportPostmortem(stranger, id, "json")).toBeNull();
  expect(await verbs.savePostmortem(stranger, { incidentId: id, text: "x", version: 1 })).toEqual({
    kind: "unknown-incident",
  });
  expect(await verbs.postmortemNews(stranger, { incidentId: id, since: 1 })).toBeNull();
});

test("where a canvas stands is noted once, and stays through drafts and edits", async () => {
  const id = await newIncident();
  const verbs = verbsOf(first(), () => words("# Draft\n"));
  const ann = { kind: "web-user", tenant: TENANT, id: "web:ann", name: words("Ann") } as const;
  await verbs.draftPostmortem(ann, id);
  const canvas = { place: "T1/C1", id: "F1" };

  await Promise.all([1, 2, 3].map(() => verbs.placePostmortem(ann, { incidentId: id, canvas })));
  const placed = await verbs.draftPostmortem(ann, id);
  const saved = await verbs.savePostmortem(ann, {
    incidentId: id,
    text: "# Draft\nours\n",
    version: placed?.version ?? 0,
  });

  expect(placed).toMatchObject({ canvas, version: 2 });
  expect(saved).toMatchObject({ kind: "saved", document: { canvas, text: "# Draft\nours\n", editedBy: "Ann" } });
});
