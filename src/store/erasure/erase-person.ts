import type pg from "pg";
import { z } from "zod";
import { hashOf, NO_HASH, type Seal } from "../../app/access/audit-trail.ts";
import { tenantId as tenantOf } from "../../core/ids.ts";
import { type Begin, type Column } from "../backup/format.ts";
import { quoted, readTables } from "../backup/tables.ts";
import { withEveryTenant } from "../every-tenant.ts";
import { msOf } from "../revive.ts";
import { createEraser, ERASED, type Eraser, type Person } from "./eraser.ts";
import { eraseBytes } from "./packed.ts";
import { workIsOver } from "./work-in-progress.ts";

/** How many rows of which table were changed or removed. Holds nothing of the person. */
export interface ErasureReceipt {
  readonly rows: ReadonlyMap<string, number>;
  /** False when work that had begun before was still running in the end: it may write what it read, and it takes another run. */
  readonly isSettled: boolean;
}

const FETCH_ROWS = 50;
const MAX_WRITINGS = 5_000;
const Texts = z.array(z.object({ text: z.string().nullable() }));
const Rows = z.array(z.looseObject({ at: z.string() }));
/** Only names of services and hashes. */
const LEFT_ALONE: ReadonlySet<string> = new Set(["graph_keeping.packed"]);
const TEXT_TYPES = /^(?:text|character varying(?:\(\d+\))?)$/u;

interface Task {
  readonly person: Person;
  readonly seal: Seal;
}

/**
 * Puts the pseudonym into every row of every table where the person's ids, addresses, known names or writings stand, and
 * removes their personal settings; one transaction, whole or not at all. The audit trail is sealed again behind it. Jobs
 * that read the rows before may write them again: when those are over, at most 70 s later, all is looked at once more.
 */
export async function erasePerson(
  connectionString: string,
  { person, seal }: { readonly person: Omit<Person, "writings">; readonly seal: Seal },
): Promise<ErasureReceipt> {
  return withEveryTenant(connectionString, async (client) => {
    const first = await eraseOnce(client, { person: { ...person, writings: [] }, seal });
    const isSettled = await workIsOver(client);
    // By now nothing stored tells any more what they were called and wrote.
    const second = await eraseOnce(client, { person: first.known, seal });
    const rows = new Map(first.receipt);
    for (const [table, count] of second.receipt) rows.set(table, (rows.get(table) ?? 0) + count);
    return { rows, isSettled };
  });
}

interface Erased {
  readonly receipt: ReadonlyMap<string, number>;
  readonly known: Person;
}

async function eraseOnce(client: pg.Client, task: Task): Promise<Erased> {
  await client.query("BEGIN");
  try {
    const erased = await eraseAll(client, task);
    await client.query("COMMIT");
    return erased;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function eraseAll(client: pg.Client, { person, seal }: Task): Promise<Erased> {
  const names = [...person.names, ...(await namesOf(client, person.ids))];
  const writings = [...person.writings, ...(await writingsOf(client, person.ids))];
  const known = {
    ...person,
    names: [...new Set(names)].filter((name) => name !== person.pseudonym),
    writings: [...new Set(writings)],
  };
  const eraser = createEraser(known);
  const receipt = new Map<string, number>();
  await removeSettings(client, { ids: person.ids, receipt });
  await client.query(`UPDATE note SET text = $2 WHERE ${BY_PERSON}`, [lower(person.ids), ERASED]);
  for (const table of await readTables(client)) {
    if (table.table === "audit_entry") continue;
    const rows = await eraseTable(client, table, eraser);
    if (rows > 0) receipt.set(table.table, (receipt.get(table.table) ?? 0) + rows);
  }
  const sealed = await eraseTrail(client, { eraser, seal });
  if (sealed > 0) receipt.set("audit_entry", sealed);
  return { receipt, known };
}

/** Rows whose actor has one of the ids $1. People of Slack act as "<workspace>/<user>", and are asked for by their own id. */
const BY_PERSON = "(lower(actor_id) = ANY($1) OR regexp_replace(lower(actor_id), '^.*/', '') = ANY($1))";

const lower = (ids: readonly string[]) => ids.map((id) => id.toLowerCase());

/** What these ids are called where they acted. */
async function namesOf(client: pg.Client, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await client.query(
    `SELECT actor_name AS text FROM vote WHERE ${BY_PERSON}
     UNION SELECT actor_name FROM correction WHERE ${BY_PERSON}
     UNION SELECT who FROM note WHERE ${BY_PERSON}`,
    [lower(ids)],
  );
  return Texts.parse(rows).flatMap(({ text }) => text ?? []);
}

async function writingsOf(client: pg.Client, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await client.query(
    `SELECT DISTINCT text FROM note WHERE ${BY_PERSON} AND text <> $2 LIMIT ${MAX_WRITINGS}`,
    [lower(ids), ERASED],
  );
  return Texts.parse(rows).flatMap(({ text }) => text ?? []);
}

/** Personal settings stand under the person's id: with a pseudonym they would serve nobody. */
async function removeSettings(
  client: pg.Client,
  { ids, receipt }: { readonly ids: readonly string[]; readonly receipt: Map<string, number> },
): Promise<void> {
  const { rowCount } = await client.query(
    "DELETE FROM preference WHERE EXISTS (SELECT FROM unnest($1::text[]) id WHERE strpos(lower(name), id) > 0)",
    [lower(ids)],
  );
  if (rowCount !== null && rowCount > 0) receipt.set("preference", rowCount);
}

/** Every row is looked at here: what the person is called may be packed, escaped or in other letters. */
async function eraseTable(client: pg.Client, { table, columns }: Begin, eraser: Eraser): Promise<number> {
  const read = columns.filter((column) => kindOf(table, column) !== null);
  if (read.length === 0) return 0;
  const select = read.map(({ name, type }) =>
    type === "bytea" ? quoted(name) : `${quoted(name)}::text AS ${quoted(name)}`,
  );
  await client.query(
    `DECLARE erase_rows NO SCROLL CURSOR FOR SELECT ctid::text AS at, ${select.join(", ")} FROM ONLY ${quoted(table)} FOR UPDATE`,
  );
  let changed = 0;
  for (;;) {
    const rows = Rows.parse((await client.query(`FETCH ${FETCH_ROWS} FROM erase_rows`)).rows);
    if (rows.length === 0) break;
    for (const row of rows) if (await eraseRow(client, { table, columns: read, row, eraser })) changed++;
  }
  await client.query("CLOSE erase_rows");
  return changed;
}

interface RowErasure {
  readonly table: string;
  readonly columns: readonly Column[];
  readonly row: z.infer<typeof Rows>[number];
  readonly eraser: Eraser;
}

async function eraseRow(client: pg.Client, { table, columns, row, eraser }: RowErasure): Promise<boolean> {
  const sets: string[] = [];
  const values: unknown[] = [row.at];
  for (const column of columns) {
    const erased = await eraseValue(row[column.name], { kind: kindOf(table, column), eraser });
    if (erased === null) continue;
    values.push(erased);
    sets.push(`${quoted(column.name)} = $${values.length}::${column.type}`);
  }
  if (sets.length === 0) return false;
  await client.query(`UPDATE ${quoted(table)} SET ${sets.join(", ")} WHERE ctid = $1::tid`, values);
  return true;
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

const Entries = z.array(
  z.object({
    tenant: z.string(),
    sequence: z.coerce.number(),
    at: z.date(),
    actor_kind: z.string(),
    actor_id: z.string(),
    action: z.string(),
    incident_id: z.string().nullable(),
    outcome: z.string(),
    reason: z.string(),
  }),
);

/** Ids in the trail go too, and everything from the first of them on is sealed again: what happened stays, who did it does not. */
async function eraseTrail(
  client: pg.Client,
  { eraser, seal }: { readonly eraser: Eraser; readonly seal: Seal },
): Promise<number> {
  const { rows } = await client.query("SELECT * FROM audit_entry ORDER BY tenant, sequence FOR UPDATE");
  const entries = Entries.parse(rows);
  if (!entries.some(({ actor_id: id }) => eraser.text(id) !== null)) return 0;
  await client.query("ALTER TABLE audit_entry DISABLE TRIGGER USER");
  let changed = 0;
  let last = { tenant: "", hash: NO_HASH };
  for (const entry of entries) {
    const previous = last.tenant === entry.tenant ? last.hash : NO_HASH;
    const erased = eraser.text(entry.actor_id);
    if (erased !== null) changed++;
    const actorId = erased ?? entry.actor_id;
    const { actor_kind: actorKind, incident_id: incident, at, ...same } = entry;
    const hash = hashOf(
      { ...same, tenant: tenantOf(entry.tenant), atMs: msOf(at), actorKind, actorId, incident, previous },
      seal,
    );
    await client.query(
      "UPDATE audit_entry SET actor_id = $3, previous = $4, hash = $5 WHERE tenant = $1 AND sequence = $2",
      [entry.tenant, entry.sequence, actorId, previous, hash],
    );
    last = { tenant: entry.tenant, hash };
  }
  await client.query("ALTER TABLE audit_entry ENABLE TRIGGER USER");
  return changed;
}
