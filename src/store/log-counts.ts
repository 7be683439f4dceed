import type { CountedTemplate, CountsSink, CountsStep, TemplateCount } from "../app/segment-ports.ts";
import type { TenantId } from "../core/ids.ts";
import type { Safe } from "../core/safe.ts";
import type { Transaction } from "./database.ts";
import type { Databases } from "./databases.ts";
import { inSteps, ROWS_AT_ONCE } from "./in-steps.ts";
import { toStoredText } from "./stored-json.ts";

/** How many log lines of each kind came, per service and ten seconds. */
export interface LogCounts extends CountsSink {
  /** Which of these templates of a service were seen before an instant: the others are new since then. */
  seenBefore(ask: {
    readonly tenant: TenantId;
    readonly service: Safe;
    readonly keys: readonly string[];
    readonly beforeMs: number;
  }): Promise<ReadonlySet<string>>;
  /** Removes counts, and templates not seen since, and what a tenant has beyond its bounds; returns how many counts went. */
  prune(olderThanMs: number): Promise<number>;
}

/** What is kept of one tenant at most; the oldest go first. */
export interface CountBounds {
  readonly counts: number;
  readonly templates: number;
  /** A tenant is looked at again after so many counts and templates came; by so many it may be beyond its bounds. */
  readonly checkEvery: number;
}

/** About a GiB of counts with their index. */
const BOUNDS: CountBounds = { counts: 5_000_000, templates: 200_000, checkEvery: 250_000 };
/** Rows that go with one statement, and statements of one look: the next look removes the rest. */
const REMOVED_AT_ONCE = 50_000;
const MAX_REMOVALS = 20;

/** Rows of one statement. */
const CHUNK = 5_000;
/** Keys of one question; more are of no use to an answer. */
const MAX_KEYS = 10_000;

/** Aggregates of raw log lines in PostgreSQL. */
export function createLogCounts(db: Databases, bounds: CountBounds = BOUNDS): LogCounts {
  /** Rows that each tenant was given since it was looked at. */
  const given = new Map<TenantId, number>();
  const isDue = ({ tenant, counts, templates }: CountsStep) => {
    // Of a tenant that this process did not look at yet nobody knows how much it has.
    const rows = (given.get(tenant) ?? bounds.checkEvery) + counts.length + templates.length;
    given.set(tenant, rows > bounds.checkEvery ? 0 : rows);
    return rows > bounds.checkEvery;
  };
  return {
    async position(tenant, writer) {
      const row = await db
        .of(tenant)
        .markRow.findUnique({ where: { tenant_name: { tenant, name: markName(writer) } } });
      return row?.value ?? null;
    },
    async add(step) {
      const outcome = await db.of(step.tenant).$transaction((tx) => add(tx, step));
      if (outcome === "added" && isDue(step)) await keepWithin(db, step.tenant, bounds);
      return outcome;
    },
    async forget(tenant, writer, position) {
      await db.of(tenant).markRow.deleteMany({ where: { tenant, name: markName(writer), value: position } });
    },
    async seenBefore({ tenant, service, keys, beforeMs }) {
      const found = await db.of(tenant).logTemplateRow.findMany({
        where: {
          tenant,
          service: toStoredText(service),
          key: { in: keys.slice(0, MAX_KEYS) },
          firstSeen: { lt: new Date(beforeMs) },
        },
        select: { key: true },
      });
      return new Set(found.map(({ key }) => key));
    },
    async prune(olderThanMs) {
      const before = new Date(olderThanMs);
      let removed = 0;
      // Every counted line has a template, which goes after its counts.
      const tenants = await db.everyTenant("past-its-time").$queryRaw<
        { tenant: TenantId }[]
      >`SELECT DISTINCT tenant FROM log_template`;
      for (const { tenant } of tenants) {
        removed += await removeOlder(db, tenant, before);
        removed += await keepWithin(db, tenant, bounds);
      }
      return removed;
    },
  };
}

const markName = (writer: string) => `segments/${writer}`;

/** For one tenant, because the keys begin with it. Gives how many counts went. */
async function removeOlder(db: Databases, tenant: TenantId, before: Date): Promise<number> {
  const all = db.everyTenant("past-its-time");
  const counts = await inSteps(
    () => all.$executeRaw`DELETE FROM log_count WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM log_count WHERE tenant = ${tenant} AND bucket < ${before} ORDER BY bucket LIMIT ${ROWS_AT_ONCE}))`,
  );
  await inSteps(
    () => all.$executeRaw`DELETE FROM log_template WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM log_template WHERE tenant = ${tenant} AND last_seen < ${before} LIMIT ${ROWS_AT_ONCE})) AND last_seen < ${before}`,
  );
  return counts;
}

/** Gives how many counts went. */
async function keepWithin(db: Databases, tenant: TenantId, bounds: CountBounds): Promise<number> {
  const templates = (await db.of(tenant).logTemplateRow.count({ where: { tenant } })) - bounds.templates;
  await removeBeyond(templates, (rows) => {
    return db.of(tenant).$executeRaw`DELETE FROM log_template WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM log_template WHERE tenant = ${tenant} ORDER BY last_seen LIMIT ${rows}))`;
  });
  const counts = (await db.of(tenant).logCountRow.count({ where: { tenant } })) - bounds.counts;
  return removeBeyond(counts, (rows) => {
    return db.of(tenant).$executeRaw`DELETE FROM log_count WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM log_count WHERE tenant = ${tenant} ORDER BY bucket LIMIT ${rows}))`;
  });
}

async function removeBeyond(rows: number, remove: (rows: number) => PromiseLike<number>): Promise<number> {
  let removed = 0;
  for (let step = 0; step < MAX_REMOVALS && removed < rows; step++) {
    const gone = await remove(Math.min(REMOVED_AT_ONCE, rows - removed));
    // Another process removes them too.
    if (gone === 0) break;
    removed += gone;
  }
  return removed;
}

async function add(tx: Transaction, step: CountsStep): Promise<"added" | "moved"> {
  if (!(await movePosition(tx, step))) return "moved";
  // The same order in every transaction, so that two of them never wait for each other.
  const templates = step.templates.toSorted(byName);
  for (let at = 0; at < templates.length; at += CHUNK) {
    await addTemplates(tx, step.tenant, templates.slice(at, at + CHUNK));
  }
  const counts = step.counts.toSorted((left, right) => left.bucketMs - right.bucketMs || byName(left, right));
  for (let at = 0; at < counts.length; at += CHUNK) await addCounts(tx, step.tenant, counts.slice(at, at + CHUNK));
  return "added";
}

/** Only whoever saw the present position moves it. */
async function movePosition(tx: Transaction, { tenant, writer, from, to }: CountsStep): Promise<boolean> {
  const name = markName(writer);
  if (from === null) {
    return (
      (await tx.$executeRaw`
        INSERT INTO mark (tenant, name, value) VALUES (${tenant}, ${name}, ${to}) ON CONFLICT DO NOTHING`) === 1
    );
  }
  const { count } = await tx.markRow.updateMany({ where: { tenant, name, value: from }, data: { value: to } });
  return count === 1;
}

/** Two names may have become one by redaction: they are added up first. The more general words of a template stay. */
async function addTemplates(tx: Transaction, tenant: TenantId, rows: readonly CountedTemplate[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO log_template AS known (tenant, service, key, text, severity, first_seen, last_seen)
    SELECT ${tenant}, service, key, coalesce(max(text), ''), max(severity),
           to_timestamp(min(first_ms) / 1000), to_timestamp(max(last_ms) / 1000)
    FROM unnest(
      ${rows.map(({ service }) => toStoredText(service))}::text[], ${rows.map(({ key }) => key)}::text[],
      ${rows.map(({ text }) => (text === null ? null : toStoredText(text)))}::text[],
      ${rows.map(({ severity }) => severity)}::int[],
      ${rows.map(({ firstMs }) => firstMs)}::float8[], ${rows.map(({ lastMs }) => lastMs)}::float8[]
    ) AS seen (service, key, text, severity, first_ms, last_ms)
    GROUP BY service, key
    ON CONFLICT (tenant, service, key) DO UPDATE SET
      text = CASE WHEN excluded.text <> '' AND (known.text = '' OR
               length(excluded.text) - length(replace(excluded.text, '<*>', '')) >=
               length(known.text) - length(replace(known.text, '<*>', '')))
             THEN excluded.text ELSE known.text END,
      severity = greatest(known.severity, excluded.severity),
      first_seen = least(known.first_seen, excluded.first_seen),
      last_seen = greatest(known.last_seen, excluded.last_seen)`;
}

async function addCounts(tx: Transaction, tenant: TenantId, rows: readonly TemplateCount[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO log_count AS known (tenant, bucket, service, key, count)
    SELECT ${tenant}, to_timestamp(bucket_ms / 1000), service, key, least(sum(count), 2147483647)::int
    FROM unnest(
      ${rows.map(({ bucketMs }) => bucketMs)}::float8[], ${rows.map(({ service }) => toStoredText(service))}::text[],
      ${rows.map(({ key }) => key)}::text[], ${rows.map(({ count }) => count)}::int[]
    ) AS counted (bucket_ms, service, key, count)
    GROUP BY bucket_ms, service, key
    ON CONFLICT (tenant, bucket, service, key) DO UPDATE SET
      count = least(known.count::bigint + excluded.count, 2147483647)::int`;
}

interface Named {
  readonly service: string;
  readonly key: string;
}

function byName(left: Named, right: Named): number {
  if (left.service !== right.service) return left.service < right.service ? -1 : 1;
  if (left.key === right.key) return 0;
  return left.key < right.key ? -1 : 1;
}
