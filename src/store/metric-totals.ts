import { z } from "zod";
import { DEFAULT_TENANT } from "../core/ids.ts";
import type { Database } from "./database.ts";
import type { Databases } from "./databases.ts";

const PREFIX = "metric:";
const MAX_SERIES = 5_000;

const Totals = z.array(z.object({ name: z.string(), value: z.coerce.number() }));
const Standing = z.tuple([
  z.object({
    oldest: z.number().nullable(),
    lag: z.number().nullable(),
    undone: z.number(),
    ambiguous: z.number(),
    failed: z.number(),
    webhooks: z.number(),
    jobs: z.number(),
  }),
]);

/** What waits and what is stuck, as of now. */
export type WorkStanding = z.infer<typeof Standing>[0];

/** Totals over all processes of an install: each adds what it counted, so any of them can tell the whole. */
export interface MetricTotals {
  add(added: ReadonlyMap<string, number>): Promise<void>;
  /** Keeps the larger value. */
  raise(raised: ReadonlyMap<string, number>): Promise<void>;
  set(series: string, value: number): Promise<void>;
  /** At most 5,000 series, by name. */
  read(): Promise<ReadonlyMap<string, number>>;
  standing(): Promise<WorkStanding>;
}

/** Totals as marks: one row per series. */
export function createMetricTotals(databases: Databases): MetricTotals {
  const own = () => databases.of(DEFAULT_TENANT);
  return {
    async add(added) {
      const { names, values } = columnsOf(added);
      if (names.length === 0) return;
      await own().$executeRaw`
        INSERT INTO mark (tenant, name, value)
        SELECT ${DEFAULT_TENANT}, name, value::text FROM unnest(${names}::text[], ${values}::float8[]) AS n(name, value)
        ON CONFLICT (tenant, name) DO UPDATE SET value = (mark.value::float8 + EXCLUDED.value::float8)::text`;
    },
    async raise(raised) {
      const { names, values } = columnsOf(raised);
      if (names.length === 0) return;
      await own().$executeRaw`
        INSERT INTO mark (tenant, name, value)
        SELECT ${DEFAULT_TENANT}, name, value::text FROM unnest(${names}::text[], ${values}::float8[]) AS n(name, value)
        ON CONFLICT (tenant, name)
        DO UPDATE SET value = greatest(mark.value::float8, EXCLUDED.value::float8)::text`;
    },
    async set(series, value) {
      await own().$executeRaw`
        INSERT INTO mark (tenant, name, value) VALUES (${DEFAULT_TENANT}, ${PREFIX + series}, ${String(value)})
        ON CONFLICT (tenant, name) DO UPDATE SET value = EXCLUDED.value`;
    },
    async read() {
      const rows = await own().markRow.findMany({
        where: { tenant: DEFAULT_TENANT, name: { startsWith: PREFIX } },
        orderBy: { name: "asc" },
        take: MAX_SERIES,
      });
      return new Map(Totals.parse(rows).map(({ name, value }) => [name.slice(PREFIX.length), value]));
    },
    standing: () => readStanding(databases.everyTenant("standing")),
  };
}

/** In one order everywhere, so that two processes that add at once never wait for each other in a circle. */
function columnsOf(samples: ReadonlyMap<string, number>) {
  const entries = [...samples].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return { names: entries.map(([series]) => PREFIX + series), values: entries.map(([, value]) => value) };
}

/** Each part reads a partial index over what is undone or stuck, so that what is done costs nothing. */
async function readStanding(db: Database): Promise<WorkStanding> {
  const [row] = Standing.parse(
    await db.$queryRaw`
      WITH undone AS (
        SELECT min(created_at) FILTER (WHERE job = 'delivery.process') AS oldest,
               min(not_before) FILTER (WHERE not_before <= now()) AS due,
               count(*)::int AS undone
        FROM outbox WHERE done_at IS NULL AND quarantined_at IS NULL
      ), stuck AS (
        SELECT count(*) FILTER (WHERE state = 'ambiguous')::int AS ambiguous,
               -- Without a problem a person deleted it, and nothing is wrong.
               count(*) FILTER (WHERE state = 'failed' AND problem IS NOT NULL)::int AS failed
        FROM outbound_message WHERE state IN ('ambiguous', 'failed')
      )
      SELECT extract(epoch FROM now() - undone.oldest)::float8 AS oldest,
             extract(epoch FROM now() - undone.due)::float8 AS lag,
             undone.undone, stuck.ambiguous, stuck.failed,
             (SELECT count(*)::int FROM inbox WHERE state = 'quarantined') AS webhooks,
             (SELECT count(*)::int FROM outbox WHERE quarantined_at IS NOT NULL) AS jobs
      FROM undone, stuck`,
  );
  return row;
}
