import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { PushedEvents } from "../app/ports.ts";
import type { Event } from "../core/event.ts";
import { epochMs, type TenantId } from "../core/ids.ts";
import { nsToMs } from "../core/time.ts";
import type { Databases } from "./databases.ts";
import { reviveEvent } from "./revive.ts";
import { toJsonText } from "./stored-json.ts";

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** One row stays far below what one read may hold in memory. */
const BATCH_EVENTS = 5_000;
const BATCHES_AT_ONCE = 20;
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

type Range = Parameters<PushedEvents["read"]>[1];

/** Events that applications sent, packed in batches, readable by time. */
export function createPushedEvents(db: Databases): PushedEvents {
  return {
    async append(tenant, events) {
      for (let start = 0; start < events.length; start += BATCH_EVENTS) {
        await appendBatch(db, tenant, events.slice(start, start + BATCH_EVENTS));
      }
    },
    read: (tenant, range) => read(db, tenant, range),
    async prune(olderThan) {
      const { count } = await db
        .everyTenant("past-its-time")
        .pushedBatchRow.deleteMany({ where: { to: { lt: new Date(olderThan) } } });
      return count;
    },
  };
}

async function appendBatch(db: Databases, tenant: TenantId, events: readonly Event[]): Promise<void> {
  const times = events.map(({ atNs }) => nsToMs(atNs));
  const packed = await pack(events.map(toJsonText).join("\n"), { level: 3 });
  await db.of(tenant).pushedBatchRow.create({
    data: {
      tenant,
      from: new Date(times.reduce((left, right) => epochMs(Math.min(left, right)))),
      to: new Date(times.reduce((left, right) => epochMs(Math.max(left, right)))),
      events: events.length,
      packed: Uint8Array.from(packed),
    },
  });
}

async function read(db: Databases, tenant: TenantId, range: Range): Promise<readonly Event[]> {
  let kept: readonly Event[] = [];
  for (let skip = 0; ; skip += BATCHES_AT_ONCE) {
    const batches = await db.of(tenant).pushedBatchRow.findMany({
      where: { tenant, to: { gte: new Date(range.fromMs) }, from: { lte: new Date(range.toMs) } },
      orderBy: [{ from: "asc" }, { id: "asc" }],
      skip,
      take: BATCHES_AT_ONCE,
    });
    const found = await Promise.all(batches.map(({ packed }) => unpackWithin(packed, range)));
    kept = [...kept, ...found.flat()].toSorted(byTime).slice(0, range.limit);
    if (batches.length < BATCHES_AT_ONCE || isComplete(kept, batches.at(-1)?.from, range)) return kept;
  }
}

/** Batches come by their first event: once enough is kept and the rest begins later, nothing can move in front. */
function isComplete(kept: readonly Event[], nextFrom: Date | undefined, { limit }: Range): boolean {
  const last = kept.at(-1);
  if (kept.length < limit || last === undefined || nextFrom === undefined) return false;
  return nsToMs(last.atNs) < nextFrom.getTime();
}

async function unpackWithin(packed: Uint8Array, { fromMs, toMs }: Range): Promise<readonly Event[]> {
  const text = await unpack(packed, { maxOutputLength: MAX_UNPACKED_BYTES });
  const events = text
    .toString("utf8")
    .split("\n")
    .map((line) => reviveEvent(JSON.parse(line)));
  return events.filter(({ atNs }) => {
    const at = nsToMs(atNs);
    return at >= fromMs && at <= toMs;
  });
}

function byTime(left: Event, right: Event): number {
  if (left.atNs !== right.atNs) return left.atNs < right.atNs ? -1 : 1;
  if (left.id === right.id) return 0;
  return left.id < right.id ? -1 : 1;
}
