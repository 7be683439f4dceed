import type pg from "pg";
import { z } from "zod";
import { AppError } from "../../app/errors.ts";
import { quoted } from "../backup/tables.ts";
import { withEveryTenant } from "../every-tenant.ts";
import { workIsOver } from "./work-in-progress.ts";

export interface IncidentErasure {
  readonly id: string;
  /** False: only looks what would go. */
  readonly isReal: boolean;
  /** True: also one that is not over. Whatever comes about it later opens a new incident. */
  readonly isForced: boolean;
  /** Called when it is sure that something will be removed, and before that: the act can be noted even if the removal fails. */
  readonly beforeRemoval: () => Promise<void>;
}

/** How many rows of which table went, or would go. */
export interface IncidentReceipt {
  readonly rows: ReadonlyMap<string, number>;
  /** False when work that had begun before was still running in the end: it may write what it read, and it takes another run. */
  readonly isSettled: boolean;
}

const Status = z.array(z.object({ status: z.string() }));
const Tables = z.array(z.object({ name: z.string() }));
const Count = z.tuple([z.object({ count: z.coerce.number() })]);

/**
 * Removes an incident and every row that is about it, from each table that names incidents, in one transaction. The audit
 * trail keeps what was done and by whom. Jobs that read the incident before may write of it again: when those are over, at
 * most 70 s later, all is looked at once more. Throws `AppError` when there is no such incident, or when it is open.
 */
export async function eraseIncident(
  connectionString: string,
  { id, isReal, isForced, beforeRemoval }: IncidentErasure,
): Promise<IncidentReceipt> {
  return withEveryTenant(connectionString, async (client) => {
    const found = await countAll(client, id);
    await refuse(client, { id, isForced, found });
    if (!isReal) return { rows: found, isSettled: true };
    await beforeRemoval();
    const rows = new Map(await removeAll(client, id));
    const isSettled = await workIsOver(client);
    for (const [table, count] of await removeAll(client, id)) rows.set(table, (rows.get(table) ?? 0) + count);
    return { rows, isSettled };
  });
}

interface Look {
  readonly id: string;
  readonly isForced: boolean;
  readonly found: ReadonlyMap<string, number>;
}

/** Rows without their incident are what a job wrote after an erasure: they may go. */
async function refuse(client: pg.Client, { id, isForced, found }: Look): Promise<void> {
  if (found.size === 0) throw new AppError("not-found", `There is no incident ${id}.`);
  const { rows } = await client.query("SELECT status FROM incident WHERE id = $1", [id]);
  const [incident] = Status.parse(rows);
  if (incident === undefined || incident.status === "resolved" || isForced) return;
  throw new AppError(
    "conflict",
    `${id} is not over (${incident.status}): its next alert would open a new incident without its past. Resolve it first, or add --force.`,
  );
}

/** What is about an incident. Named by the tables themselves, so that a later one is not forgotten; the trail is only added to. */
const NAMING_INCIDENTS = `
  SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = 'incident_id' AND NOT a.attisdropped
    AND c.relname <> 'audit_entry'
  ORDER BY c.relname`;

interface Part {
  readonly table: string;
  /** $1 is the incident's id. */
  readonly where: string;
}

/** In an order in which they can be removed: the incident itself is the last. */
async function partsOf(client: pg.Client): Promise<readonly Part[]> {
  const tables = Tables.parse((await client.query(NAMING_INCIDENTS)).rows);
  return [
    ...tables.map(({ name }) => ({ table: name, where: "incident_id = $1" })),
    // Where its card was asked for, and who pinned messages about it.
    { table: "preference", where: "(scope = 'slack/place' AND name = $1) OR value->>'incident' = $1" },
    { table: "mark", where: "name = 'progress/' || $1" },
    { table: "incident", where: "id = $1" },
  ];
}

async function countAll(client: pg.Client, id: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { table, where } of await partsOf(client)) {
    const { rows } = await client.query(`SELECT count(*) AS count FROM ${quoted(table)} WHERE ${where}`, [id]);
    const [{ count }] = Count.parse(rows);
    if (count > 0) counts.set(table, count);
  }
  return counts;
}

async function removeAll(client: pg.Client, id: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  await client.query("BEGIN");
  try {
    // Whoever adds a fact to it waits here, and then finds no such incident.
    await client.query("SELECT 1 FROM incident WHERE id = $1 FOR UPDATE", [id]);
    for (const { table, where } of await partsOf(client)) {
      const { rowCount } = await client.query(`DELETE FROM ${quoted(table)} WHERE ${where}`, [id]);
      if (rowCount !== null && rowCount > 0) counts.set(table, rowCount);
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
  return counts;
}
