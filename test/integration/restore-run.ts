import { statSync } from "node:fs";
import type pg from "pg";
import { withClient } from "../../src/store/client.ts";
import { type CommandResult, traceops } from "../support/command-line.ts";
import { fillDatabase } from "../support/fill-database.ts";

/** What one incident with all that belongs to it takes in the database, about half of it text that cannot be packed. */
const MEGABYTES_PER_INCIDENT = 0.0145;
const COMMAND_WITHIN_MS = 20 * 60_000;

/** Fills until the database is about this large; resolves to its real size in bytes. */
export async function fillTo(connectionString: string, megabytes: number): Promise<number> {
  return withClient(connectionString, async (client) => {
    await fillDatabase(client, { incidents: Math.ceil(megabytes / MEGABYTES_PER_INCIDENT) });
    await client.query(
      `INSERT INTO analysis (tenant, incident_id, revision, sequence, at, document)
       SELECT 'default', id, 2, 2, now(), json_build_object('lines',
         (SELECT string_agg(md5(id || n), ' ') FROM generate_series(1, 190) n)) FROM incident`,
    );
    const { rows } = await client.query<{ size: string }>("SELECT pg_database_size(current_database()) AS size");
    return Number(rows[0]?.size);
  });
}

/**
 * Count and hash of every table's rows, each value as it is printed, made by the database itself. Without what was
 * written late, and without the audit trail, which grows by the copying.
 */
export async function digests(connectionString: string): Promise<readonly string[]> {
  return withClient(connectionString, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('_prisma_migrations', 'audit_entry') ORDER BY 1",
    );
    const found: string[] = [];
    for (const { name } of rows) found.push(await digest(client, name));
    return found;
  });
}

async function digest(client: pg.Client, table: string): Promise<string> {
  const early = new Map([
    ["incident", "id NOT LIKE 'LATE-%'"],
    ["alert_fact", "incident_id NOT LIKE 'LATE-%'"],
    ["vote", "incident_id NOT LIKE 'LATE-%'"],
    // A web server that says it is ready has written one.
    ["mark", "name <> 'writable-check'"],
  ]).get(table);
  const { rows } = await client.query<{ t: string }>(
    `SELECT count(*) || ' ' || coalesce(md5(string_agg(h, '' ORDER BY h)), '-') AS t
     FROM (SELECT md5(t::text) AS h FROM "${table}" t WHERE ${early ?? "true"}) hashes`,
  );
  return `${table} ${rows[0]?.t}`;
}

export interface Timed {
  readonly result: CommandResult;
  readonly seconds: number;
}

/** The real command in a process of its own, and how long it took. */
export async function timed(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Timed> {
  const begun = performance.now();
  const result = await traceops(args, { env, timeoutMs: COMMAND_WITHIN_MS });
  return { result, seconds: (performance.now() - begun) / 1_000 };
}

/** What a copy's figures say, for people who compare machines. */
export function speedWords(what: string, copy: { rows: number; bytes: number; seconds: number; file: string }): string {
  const { rows, bytes, seconds, file } = copy;
  const perSecond = Math.round(rows / seconds);
  const gigabyteMinutes = ((seconds * 1e9) / bytes / 60).toFixed(1);
  return `${what}: ${rows} rows, ${megabytes(bytes)} MB, file ${megabytes(statSync(file).size)} MB, ${seconds.toFixed(1)} s, ${perSecond} rows/s, ${gigabyteMinutes} min for 1 GB\n`;
}

const megabytes = (size: number) => (size / 1e6).toFixed(0);

/** How many rows a command said it copied. */
export function rowsOf({ out }: CommandResult): number {
  return Number(/(\d+) rows of/u.exec(out)?.[1] ?? "0");
}

/** Writes the time into a row of its own, ten times a second; what stands restored says how much was lost. */
export async function writeTimes(connectionString: string, stop: AbortSignal): Promise<readonly number[]> {
  const committed: number[] = [];
  await withClient(connectionString, async (client) => {
    while (!stop.aborted) {
      const atMs = Date.now();
      await client.query("INSERT INTO mark (tenant, name, value) VALUES ('default', $1, $2)", [
        `lost?${committed.length}`,
        String(atMs),
      ]);
      committed.push(atMs);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  return committed;
}

/** The latest of those times that is there. */
export async function latestTime(connectionString: string): Promise<number> {
  return withClient(connectionString, async (client) => {
    const { rows } = await client.query<{ at: string | null }>(
      "SELECT max(value::numeric)::text AS at FROM mark WHERE name LIKE 'lost?%'",
    );
    return Number(rows[0]?.at ?? "0");
  });
}
