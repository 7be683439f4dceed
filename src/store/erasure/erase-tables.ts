import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import { z } from "zod";
import type { Begin, Column } from "../backup/format.ts";
import { rowBatches } from "../backup/row-batches.ts";
import { quoted, readTables } from "../backup/tables.ts";
import type { Eraser } from "./eraser.ts";
import { isMemory } from "./known.ts";
import { eraseBytes } from "./packed.ts";

/** One connection reads, the other one writes: what was read stays where it was as long as the reading lasts. */
export interface Connections {
  readonly reader: pg.Client;
  readonly writer: pg.Client;
}

export interface Look {
  /** How many rows of which table were changed. */
  readonly rows: ReadonlyMap<string, number>;
  /** Rows that hold the person and were in others' hands at every try. */
  readonly missed: number;
}

const BATCH_BYTES = 4 * 1024 * 1024;
/** So many rows are locked at a time, for some milliseconds: whoever works with one of them waits no longer. */
const WRITTEN_AT_ONCE = 50;
/** How often a table is read again for rows that others changed or held meanwhile. */
const MAX_TRIES = 10;
const TRY_AGAIN_MS = 200;
const DEADLOCK = "40P01";
const Rows = z.array(z.looseObject({ place: z.string(), version: z.string() }));
/** Only names of services and hashes. */
const LEFT_ALONE: ReadonlySet<string> = new Set(["graph_keeping.packed"]);
const TEXT_TYPES = /^(?:text|character varying(?:\(\d+\))?)$/u;

/**
 * Looks at every row of every table but the audit trail, because what the person is called may be packed, escaped or in other
 * letters. Nobody waits for it: rows are read without locks, and changed only if they still are as they were read.
 */
export async function eraseTables(connections: Connections, eraser: Eraser): Promise<Look> {
  const rows = new Map<string, number>();
  let missed = 0;
  for (const table of await readTables(connections.reader)) {
    const columns = table.columns.filter((column) => kindOf(table.table, column) !== null);
    if (table.table === "audit_entry" || columns.length === 0) continue;
    const found = await eraseTable(connections, { table: table.table, columns }, eraser);
    if (found.changed > 0) rows.set(table.table, found.changed);
    missed += found.missed;
  }
  return { rows, missed };
}

interface Tally {
  readonly changed: number;
  readonly missed: number;
}

async function eraseTable(connections: Connections, table: Begin, eraser: Eraser): Promise<Tally> {
  let changed = 0;
  for (let attempt = 1; ; attempt++) {
    const pass = await passOver(connections, table, eraser);
    changed += pass.changed;
    if (pass.missed === 0 || attempt === MAX_TRIES) return { changed, missed: pass.missed };
    await wait(TRY_AGAIN_MS);
  }
}

async function passOver({ reader, writer }: Connections, table: Begin, eraser: Eraser): Promise<Tally> {
  let [changed, missed] = [0, 0];
  const select = table.columns.map(({ name, type }) => (type === "bytea" ? quoted(name) : textOf(name)));
  // With this open no row moves to another place and none comes where one was.
  await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  for await (const places of rowBatches(reader, table, BATCH_BYTES)) {
    const { rows } = await reader.query(
      `SELECT ctid::text AS place, xmin::text AS version, ${select.join(", ")} FROM ONLY public.${quoted(table.table)}
       WHERE ctid = ANY($1::tid[])`,
      [places],
    );
    const changes: Change[] = [];
    for (const row of Rows.parse(rows)) {
      const change = isMemory(table.table, row) ? null : await changeOf(row, table, eraser);
      if (change !== null) changes.push(change);
    }
    for (let at = 0; at < changes.length; at += WRITTEN_AT_ONCE) {
      const part = changes.slice(at, at + WRITTEN_AT_ONCE);
      const written = await write(writer, part);
      changed += written;
      missed += part.length - written;
    }
  }
  await reader.query("COMMIT");
  return { changed, missed };
}

const textOf = (name: string) => `${quoted(name)}::text AS ${quoted(name)}`;

interface Change {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** Of a row that somebody changed or holds nothing is written, so that this never waits while others wait for it. */
async function changeOf(
  row: z.infer<typeof Rows>[number],
  { table, columns }: Begin,
  eraser: Eraser,
): Promise<Change | null> {
  const sets: string[] = [];
  const values: unknown[] = [row.place, row.version];
  for (const column of columns) {
    const erased = await eraseValue(row[column.name], { kind: kindOf(table, column), eraser });
    if (erased === null) continue;
    values.push(erased);
    sets.push(`${quoted(column.name)} = $${values.length}::${column.type}`);
  }
  if (sets.length === 0) return null;
  const from = `ONLY public.${quoted(table)}`;
  const sql = `UPDATE ${from} SET ${sets.join(", ")} WHERE ctid = (
    SELECT ctid FROM ${from} WHERE ctid = $1::tid AND xmin = $2::xid FOR NO KEY UPDATE SKIP LOCKED)`;
  return { sql, values };
}

/** How many were written; none of them when others stood in the way in a circle. */
async function write(writer: pg.Client, changes: readonly Change[]): Promise<number> {
  let written = 0;
  await writer.query("BEGIN");
  try {
    for (const { sql, values } of changes) written += (await writer.query(sql, [...values])).rowCount ?? 0;
    await writer.query("COMMIT");
    return written;
  } catch (error) {
    await writer.query("ROLLBACK").catch(() => undefined);
    if (error instanceof Error && "code" in error && error.code === DEADLOCK) return 0;
    throw error;
  }
}

type Kind = "text" | "json" | "bytes" | null;

function kindOf(table: string, { name, type }: Column): Kind {
  if (LEFT_ALONE.has(`${table}.${name}`)) return null;
  if (type === "bytea") return "bytes";
  if (type === "json" || type === "jsonb") return "json";
  return TEXT_TYPES.test(type) || type === "text[]" ? "text" : null;
}

async function eraseValue(
  value: unknown,
  { kind, eraser }: { readonly kind: Kind; readonly eraser: Eraser },
): Promise<string | Buffer | null> {
  if (Buffer.isBuffer(value)) return eraseBytes(value, eraser);
  if (typeof value !== "string") return null;
  // Texts may hold JSON too, for example headers.
  return kind === "json" || /^[[{]/u.test(value) ? eraser.json(value) : eraser.text(value);
}
