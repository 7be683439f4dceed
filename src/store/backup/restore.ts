import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import type pg from "pg";
import { z } from "zod";
import { AppError } from "../../app/errors.ts";
import { withEveryTenant } from "../every-tenant.ts";
import { knownMigrations, migrate } from "../migrate.ts";
import { BACKUP_VERSION, type BackupSummary, Begin, End, Header, Last, Sequences } from "./format.ts";
import { readLines } from "./read-lines.ts";
import { checkedType, quoted, readMigrationLedger, readTables } from "./tables.ts";

const BATCH_CHARS = 4 * 1024 * 1024;
const BATCH_ROWS = 5_000;

/**
 * Puts a backup into an empty database, whole or not at all, then brings it to this version's schema. Rejects with `AppError`
 * and a sentence for a backup of a newer version, of something else, a damaged one, and a database that is not empty.
 */
export async function restoreBackup(connectionString: string, from: Readable): Promise<BackupSummary> {
  const lines = readLines(from);
  try {
    const header = checkedHeader(await nextLine(lines));
    await withEveryTenant(connectionString, (client) => checkEmpty(client, header));
    await migrate(
      connectionString,
      header.migrations.map(({ name }) => name),
    );
    const summary = await withEveryTenant(connectionString, (client) => load(client, lines));
    await migrate(connectionString);
    return summary;
  } finally {
    from.destroy();
  }
}

function checkedHeader(line: string): Header {
  const shape = z.object({ format: z.literal("traceops-backup"), version: z.int() }).safeParse(parseJson(line));
  if (!shape.success) throw refused("This file is not a backup of TraceOps.");
  if (shape.data.version > BACKUP_VERSION) throw newer();
  const header = Header.parse(parseJson(line));
  const known = new Map(knownMigrations().map(({ name, checksum }) => [name, checksum]));
  for (const { name, checksum } of header.migrations) {
    if (!known.has(name)) throw newer();
    if (known.get(name) !== checksum)
      throw refused(`This backup is from another program: its migration ${name} is not ours.`);
  }
  return header;
}

const newer = () =>
  refused("This backup was made by a newer version of TraceOps. Restore it with that version or a later one.");

function refused(sentence: string): AppError {
  return new AppError("invalid-input", `${sentence} Nothing was changed.`);
}

/** Tables may be there, without rows and of a version that the backup's is not behind. */
async function checkEmpty(client: pg.Client, header: Header): Promise<void> {
  const ledger = await readMigrationLedger(client);
  const tables = await readTables(client);
  for (const { table } of tables) await refuseRows(client, table);
  const names = new Set(header.migrations.map(({ name }) => name));
  if (tables.length > 0 && ledger.length === 0)
    throw refused("The database holds tables of another program. Restore into a new one.");
  if (ledger.some(({ name }) => !names.has(name))) {
    throw refused(
      "The database has the tables of another version than the backup. Restore into a new, entirely empty one.",
    );
  }
}

async function refuseRows(client: pg.Client, table: string): Promise<void> {
  const { rowCount } = await client.query(`SELECT 1 FROM public.${quoted(table)} LIMIT 1`);
  if (rowCount !== 0) throw refused(`The database is not empty: ${table} holds rows. Restore into a new one.`);
}

async function load(client: pg.Client, lines: AsyncGenerator<string>): Promise<BackupSummary> {
  await client.query("BEGIN");
  try {
    await client.query("SET LOCAL TimeZone = 'UTC'");
    const summary = await loadTables(client, lines);
    await client.query("COMMIT");
    return summary;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function loadTables(client: pg.Client, lines: AsyncGenerator<string>): Promise<BackupSummary> {
  const known = new Map((await readTables(client)).map((table) => [table.table, table]));
  const all = createHash("sha256");
  let [tables, rows] = [0, 0];
  for (;;) {
    const line = await nextLine(lines);
    const begin = Begin.safeParse(parseJson(line));
    if (!begin.success) {
      await endOf(client, { line, lines, all, found: { tables, rows } });
      return { tables, rows };
    }
    const here = known.get(begin.data.table);
    if (here === undefined) throw refused(`The backup holds a table that TraceOps does not have: ${begin.data.table}.`);
    const loaded = await loadTable(client, begin.data, lines);
    all.update(`${loaded.end}\n`);
    tables++;
    rows += loaded.rows;
  }
}

/** Rows go in as they came out; what the database would add by itself was added then. */
async function loadTable(
  client: pg.Client,
  { table, columns }: Begin,
  lines: AsyncGenerator<string>,
): Promise<{ readonly rows: number; readonly end: string }> {
  const into = `public.${quoted(table)}`;
  await client.query(`LOCK TABLE ${into} IN EXCLUSIVE MODE`);
  await refuseRows(client, table);
  await client.query(`ALTER TABLE ${into} DISABLE TRIGGER USER`);
  const names = columns.map(({ name }) => quoted(name)).join(", ");
  const values = columns.map(({ type }, index) => `(r->>${index})::${checkedType(type)}`).join(", ");
  const insert = `INSERT INTO ${into} (${names}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM jsonb_array_elements($1::jsonb) AS r`;
  const digest = createHash("sha256");
  let batch: string[] = [];
  let [size, rows] = [0, 0];
  const put = async () => {
    if (batch.length > 0) await client.query(insert, [`[${batch.join(",")}]`]);
    batch = [];
    size = 0;
  };
  for (;;) {
    const line = await nextLine(lines);
    if (!line.startsWith("[")) {
      await put();
      checkEnd(line, { table, rows, sha256: digest.digest("hex") });
      await client.query(`ALTER TABLE ${into} ENABLE TRIGGER USER`);
      return { rows, end: line };
    }
    digest.update(`${line}\n`);
    batch.push(line);
    size += line.length;
    rows++;
    if (size >= BATCH_CHARS || batch.length >= BATCH_ROWS) await put();
  }
}

function checkEnd(
  line: string,
  found: { readonly table: string; readonly rows: number; readonly sha256: string },
): void {
  const end = End.safeParse(parseJson(line));
  const isWhole =
    end.success && end.data.end === found.table && end.data.rows === found.rows && end.data.sha256 === found.sha256;
  if (!isWhole) throw refused(`The backup is damaged: the rows of ${found.table} are not those that were written.`);
}

interface Ending {
  readonly line: string;
  readonly lines: AsyncGenerator<string>;
  readonly all: ReturnType<typeof createHash>;
  readonly found: BackupSummary;
}

async function endOf(client: pg.Client, { line, lines, all, found }: Ending): Promise<void> {
  const sequences = Sequences.safeParse(parseJson(line));
  if (!sequences.success) throw refused("The backup is damaged: a line is neither a row nor a table.");
  all.update(`${line}\n`);
  const last = Last.safeParse(parseJson(await nextLine(lines)));
  const isWhole =
    last.success &&
    last.data.tables === found.tables &&
    last.data.rows === found.rows &&
    last.data.sha256 === all.digest("hex");
  if (!isWhole) throw refused("The backup is damaged: it does not hold all that was written.");
  for (const { name, value } of sequences.data.sequences) {
    await client.query("SELECT setval(to_regclass($1), $2::bigint)", [`public.${quoted(name)}`, value]);
  }
}

async function nextLine(lines: AsyncGenerator<string>): Promise<string> {
  const { done, value } = await lines.next();
  if (done === true) throw refused("The backup is cut off.");
  return value;
}

/** Null for what is no JSON. */
function parseJson(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return value;
  } catch {
    return null;
  }
}
