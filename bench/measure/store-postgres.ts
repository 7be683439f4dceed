import { readFileSync } from "node:fs";
import type pg from "pg";
import type { PlainRow } from "./store-rows.ts";

export const COLUMNS =
  "at timestamptz(3), service text, host text, severity int2, template text, trace text, format int2, kind int2, line text";

/** One statement for a whole batch, each column as one array: the fastest way in without a package for COPY. */
export async function insertRows(client: pg.Client, table: string, rows: readonly PlainRow[]): Promise<void> {
  await client.query(
    `INSERT INTO ${table} SELECT to_timestamp(at / 1000), service, host, severity, template, trace, format, kind, line
     FROM unnest($1::float8[], $2::text[], $3::text[], $4::int2[], $5::text[], $6::text[], $7::int2[], $8::int2[], $9::text[])
       AS given (at, service, host, severity, template, trace, format, kind, line)`,
    [
      rows.map(({ atMs }) => atMs),
      rows.map(({ service }) => service),
      rows.map(({ host }) => host),
      rows.map(({ severity }) => severity),
      rows.map(({ template }) => template),
      rows.map(({ trace }) => trace),
      rows.map(({ format }) => format),
      rows.map(({ kind }) => kind),
      rows.map(({ line }) => line),
    ],
  );
}

/** The server process behind a connection. */
export async function backendOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
  return Number(rows[0]?.pid);
}

/** CPU seconds that processes used so far, user and system; Linux only, else 0 and the report says so. */
export function cpuSecondsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
}

const TICKS_PER_SECOND = 100;

function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}
