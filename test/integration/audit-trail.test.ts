import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AuditTrail, createAuditTrail, verifyTrail } from "../../src/app/access/audit-trail.ts";
import { epochMs, incidentId, tenantId } from "../../src/core/ids.ts";
import { auditSeal } from "../../src/platform/audit-seal.ts";
import { withClient } from "../../src/store/client.ts";
import { createStore, type Store } from "../../src/store/create-store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const seal = auditSeal("a key of this install");
const clock = { nowMs: () => epochMs(Date.now()) };
let database: TestDatabase;
let stores: readonly Store[];

beforeAll(async () => {
  database = await createTestDatabase();
  stores = await Promise.all([1, 2].map(() => createStore(database.connectionString, { clock })));
});
afterAll(async () => {
  for (const store of stores) await store.close();
  await database.stop();
});

const trails = (): readonly AuditTrail[] =>
  stores.map(({ auditStore }) => createAuditTrail({ store: auditStore, clock, seal }));
const entry = (tenant: string, number: number) => ({
  tenant: tenantId(tenant),
  actorKind: "slack-user" as const,
  actorId: `T1/U${number}\u0000\uD800 "quoted"`,
  action: "incident.resolve",
  incident: incidentId(`INC-${number}`),
  outcome: "allowed" as const,
  reason: "",
});

describe("the audit trail in the database", () => {
  test("holds over two processes that write at once, each tenant's on its own", async () => {
    const numbers = Array.from({ length: 60 }, (_, index) => index);
    await Promise.all(
      trails().map((trail, which) =>
        Promise.all(
          numbers
            .filter((number) => number % 2 === which)
            .map((number) => trail.append(entry(number % 3 === 0 ? "one" : "two", number))),
        ),
      ),
    );

    const [store] = stores;
    if (store === undefined) throw new TypeError("there are two stores");
    const found = await Promise.all(
      ["one", "two"].map((tenant) => verifyTrail(store.auditStore, tenantId(tenant), { seal })),
    );
    expect(found).toMatchObject([
      { status: "whole", head: { sequence: 20 } },
      { status: "whole", head: { sequence: 40 } },
    ]);
    expect(await verifyTrail(store.auditStore, tenantId("one"), { seal: auditSeal("another key") })).toEqual({
      status: "broken",
      at: 1,
      because: "changed",
    });
  });

  test.each(["UPDATE audit_entry SET outcome = 'allowed'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"])(
    "refuses %s",
    async (statement) => {
      await expect(withClient(database.connectionString, (client) => client.query(statement))).rejects.toThrow(
        "audit_entry is only added to",
      );
    },
  );

  test("shows what somebody changed who took the trigger away first", async () => {
    const [store] = stores;
    const head = (await store?.auditStore.head(tenantId("two"))) ?? null;
    await withClient(database.connectionString, async (client) => {
      await client.query("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_stays");
      await client.query("UPDATE audit_entry SET actor_id = 'T1/U9' WHERE tenant = 'one' AND sequence = 7");
      await client.query("DELETE FROM audit_entry WHERE tenant = 'two' AND sequence > 35");
      await client.query("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_stays");
    });
    if (store === undefined) throw new TypeError("there are two stores");

    expect(await verifyTrail(store.auditStore, tenantId("one"), { seal })).toMatchObject({ at: 7, because: "changed" });
    expect(await verifyTrail(store.auditStore, tenantId("two"), { seal, noted: head })).toMatchObject({
      at: 36,
      because: "cut-off",
    });
  });
});
