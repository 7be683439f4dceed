import { expect, test } from "vitest";
import { DEFAULT_TENANT, epochMs, incidentId } from "../../core/ids.ts";
import { auditSeal } from "../../platform/audit-seal.ts";
import { type AuditStore, createAuditTrail, type KeptEntry, verifyTrail } from "./audit-trail.ts";

const seal = auditSeal("a key of this install");
const ENTRIES = 40;

class MemoryAudit implements AuditStore {
  entries: KeptEntry[] = [];

  async append(_tenant: string, make: Parameters<AuditStore["append"]>[1]): Promise<void> {
    this.entries.push(make(this.entries.at(-1) ?? null));
  }

  async read(_tenant: string, after: number, limit: number): Promise<readonly KeptEntry[]> {
    const from = after === 0 ? 0 : this.entries.findIndex(({ sequence }) => sequence === after) + 1;
    return this.entries.slice(from, from + limit);
  }

  async head() {
    return this.entries.at(-1) ?? null;
  }
}

async function aTrail(team = "T1"): Promise<MemoryAudit> {
  const store = new MemoryAudit();
  const trail = createAuditTrail({ store, clock: { nowMs: () => epochMs(1_795_183_440_000) }, seal });
  for (let index = 0; index < ENTRIES; index++) {
    const isRefused = index % 3 === 0;
    await trail.append({
      tenant: DEFAULT_TENANT,
      actorKind: "slack-user",
      actorId: `${team}/U${index % 5}`,
      action: "incident.resolve",
      incident: index % 2 === 0 ? incidentId(`INC-${index}`) : null,
      outcome: isRefused ? "refused" : "allowed",
      reason: isRefused ? "role" : "",
    });
  }
  return store;
}

/** Park and Miller's generator: the same tampers in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

type Tamper = (entries: readonly KeptEntry[], random: (below: number) => number) => readonly KeptEntry[];

const FIELDS = [
  "tenant",
  "atMs",
  "actorKind",
  "actorId",
  "action",
  "incident",
  "outcome",
  "reason",
  "previous",
  "hash",
];

const TAMPERS: Readonly<Record<string, Tamper>> = {
  change: (entries, random) => {
    const at = random(entries.length);
    const field = FIELDS[random(FIELDS.length)] ?? "hash";
    return entries.map((entry, index) => (index === at ? { ...entry, [field]: field === "atMs" ? 1 : "x" } : entry));
  },
  delete: (entries, random) => {
    const at = random(entries.length - 1);
    return entries.filter((_, index) => index !== at);
  },
  "delete and number again": (entries, random) => {
    const at = random(entries.length - 1);
    return entries.filter((_, index) => index !== at).map((entry, index) => ({ ...entry, sequence: index + 1 }));
  },
  insert: (entries, random) => {
    const at = random(entries.length);
    const copy = entries[random(entries.length)];
    return copy === undefined
      ? entries
      : entries.toSpliced(at, 0, copy).map((e, index) => ({ ...e, sequence: index + 1 }));
  },
  "insert, sealed with another key": (entries, random) => {
    const at = random(entries.length);
    const before = entries[at - 1];
    const hash = auditSeal("guessed")(String(at));
    const copy = entries[at];
    if (copy === undefined) return entries;
    return entries.toSpliced(at, 0, { ...copy, previous: before?.hash ?? "0".repeat(64), hash });
  },
  reorder: (entries, random) => {
    const at = random(entries.length - 1);
    const [a, b] = [entries[at], entries[at + 1]];
    return a === undefined || b === undefined ? entries : entries.toSpliced(at, 2, b, a);
  },
  truncate: (entries, random) => entries.slice(0, random(entries.length)),
};

test("a trail that nobody touched holds, from its beginning to the noted head and beyond", async () => {
  const store = await aTrail();
  const noted = store.entries[20] ?? null;

  expect(await verifyTrail(store, DEFAULT_TENANT, { seal, noted })).toMatchObject({
    status: "whole",
    head: { sequence: ENTRIES },
  });
});

test("of 1,000 tampers every one is found", async () => {
  const { entries } = await aTrail();
  const noted = entries.at(-1) ?? null;
  const names = Object.keys(TAMPERS);
  const missed: string[] = [];
  for (let seed = 1; seed <= 1_000; seed++) {
    const name = names[seed % names.length] ?? "";
    const store = new MemoryAudit();
    store.entries = [...(TAMPERS[name]?.(entries, randomFrom(seed)) ?? [])];
    const { status } = await verifyTrail(store, DEFAULT_TENANT, { seal, noted });
    if (status !== "broken") missed.push(`${name} with seed ${seed}`);
  }

  expect(missed).toEqual([]);
});

test("the end of another trail of this install does not fit behind this one's beginning", async () => {
  const [mine, other] = await Promise.all([aTrail("T1"), aTrail("T2")]);
  const store = new MemoryAudit();
  store.entries = [...mine.entries.slice(0, 12), ...other.entries.slice(12)];

  expect(await verifyTrail(store, DEFAULT_TENANT, { seal })).toEqual({ status: "broken", at: 13, because: "changed" });
});

test("without a noted head only a cut-off end goes unseen", async () => {
  const { entries } = await aTrail();
  const store = new MemoryAudit();
  store.entries = entries.slice(0, 10);

  expect((await verifyTrail(store, DEFAULT_TENANT, { seal })).status).toBe("whole");
  expect(await verifyTrail(store, DEFAULT_TENANT, { seal, noted: entries.at(-1) ?? null })).toEqual({
    status: "broken",
    at: 11,
    because: "cut-off",
  });
});
