import { createHash } from "node:crypto";
import type { Clock, Inbox, StoredDelivery } from "../app/ports.ts";
import { tenantId } from "../core/ids.ts";
import { failpoint } from "../platform/failpoint.ts";
import type { Database } from "./database.ts";
import type { Databases } from "./databases.ts";
import { msOf, reviveDeliveryState } from "./revive.ts";
import { toKeyText, toStoredText } from "./stored-json.ts";

const MAX_REASON = 1_000;
/** The column is there for the version before, which reads and writes it. */
const NO_HEADERS = "{}";

/** Webhooks as they came, and one request to process each: one statement, one commit, then the sender may forget. */
export function createInbox(db: Databases, clock: Clock): Inbox {
  return {
    store: (item) => store(db.of(item.tenant), clock, item),
    load: (inboxId) => load(db.everyTenant("webhook-by-number"), inboxId),
    async quarantine(inboxId, reason) {
      const quarantineReason = toStoredText(reason).slice(0, MAX_REASON);
      await finish(db, clock, { inboxId, data: { state: "quarantined", quarantineReason } });
    },
    async markProcessed(inboxId) {
      await finish(db, clock, { inboxId, data: { state: "processed" } });
    },
    async markWaiting(inboxId, sinceMs) {
      const id = rowId(inboxId);
      if (id === null) return;
      const all = db.everyTenant("webhook-by-number");
      await all.inboxItem.updateMany({ where: { id, waitingSince: null }, data: { waitingSince: new Date(sinceMs) } });
    },
  };
}

async function store(
  db: Database,
  clock: Clock,
  { tenant, source, dedupKey, delivery }: Parameters<Inbox["store"]>[0],
): Promise<"stored" | "duplicate"> {
  const key = toKeyText(dedupKey, (text) => createHash("sha256").update(text).digest("hex"));
  const now = new Date(clock.nowMs());
  const receivedAt = new Date(delivery.receivedAtMs);
  failpoint("inbox.before-commit");
  const written = await db.$executeRaw`
    WITH item AS (
      INSERT INTO inbox (tenant, source, dedup_key, headers, raw, received_at)
      VALUES (${tenant}, ${source}, ${key}, ${NO_HEADERS}, ${delivery.raw}, ${receivedAt})
      ON CONFLICT (tenant, source, dedup_key) DO NOTHING
      RETURNING id
    )
    INSERT INTO outbox (tenant, job, payload, created_at, not_before)
    SELECT ${tenant}, 'delivery.process', jsonb_build_object('inboxId', item.id::text), ${now}, ${now} FROM item`;
  failpoint("inbox.after-commit");
  return written === 1 ? "stored" : "duplicate";
}

async function load(db: Database, inboxId: string): Promise<StoredDelivery | null> {
  const id = rowId(inboxId);
  const row = id === null ? null : await db.inboxItem.findUnique({ where: { id } });
  if (row === null) return null;
  return {
    id: inboxId,
    tenant: tenantId(row.tenant),
    source: row.source,
    state: reviveDeliveryState(row.state),
    waitingSinceMs: row.waitingSince === null ? null : msOf(row.waitingSince),
    delivery: { raw: row.raw, receivedAtMs: msOf(row.receivedAt) },
  };
}

async function finish(
  db: Databases,
  clock: Clock,
  { inboxId, data }: { inboxId: string; data: { state: string; quarantineReason?: string } },
): Promise<void> {
  const id = rowId(inboxId);
  if (id === null) return;
  failpoint("inbox.before-processed");
  const all = db.everyTenant("webhook-by-number");
  await all.inboxItem.updateMany({ where: { id }, data: { ...data, processedAt: new Date(clock.nowMs()) } });
  failpoint("inbox.after-processed");
}

/** Null for an id that no row can have. */
function rowId(text: string): bigint | null {
  return /^\d{1,18}$/u.test(text) ? BigInt(text) : null;
}
