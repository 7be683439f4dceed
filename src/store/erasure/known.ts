import type pg from "pg";
import { z } from "zod";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { ERASED, type Person } from "./eraser.ts";

/** Rows whose actor has one of the ids $1. People of Slack act as "<workspace>/<user>", and are asked for by their own id. */
export const BY_PERSON = "(lower(actor_id) = ANY($1) OR regexp_replace(lower(actor_id), '^.*/', '') = ANY($1))";

const MAX_WRITINGS = 5_000;
const PREFIX = "erasing:";
const Texts = z.array(z.object({ text: z.string().nullable() }));
const Names = z.array(z.string());
const Memory = z.object({ ids: Names, names: Names, writings: Names });

export const lower = (ids: readonly string[]) => ids.map((id) => id.toLowerCase());

/**
 * The person with every name they go by and everything they wrote, from where they acted and from a run that was cut off. It
 * is kept in a row until a run is finished: where they acted nothing tells it any more as soon as that is erased.
 */
export async function learn(client: pg.Client, person: Person): Promise<Person> {
  const before = await remembered(client, person.ids);
  const known = {
    ...person,
    ids: joined(person.ids, before.ids),
    names: joined(person.names, before.names, await namesOf(client, person.ids)).filter(
      (name) => name !== person.pseudonym,
    ),
    writings: joined(person.writings, before.writings, await writingsOf(client, person.ids)),
  };
  const { ids, names, writings } = known;
  await client.query(
    "INSERT INTO mark (tenant, name, value) VALUES ($1, $2, $3) ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value",
    [DEFAULT_TENANT, PREFIX + person.pseudonym, JSON.stringify({ ids, names, writings })],
  );
  return known;
}

/** After a finished run: this was the last place that told it. */
export async function forget(client: pg.Client, { ids }: Person): Promise<void> {
  const rows = (await readMemories(client)).filter(({ memory }) => isOf(memory, ids));
  await client.query("DELETE FROM mark WHERE tenant = $1 AND name = ANY($2)", [
    DEFAULT_TENANT,
    rows.map(({ name }) => name),
  ]);
}

/** Whether a row is such a memory: it is erased last, as a whole. */
export function isMemory(table: string, row: Readonly<Record<string, unknown>>): boolean {
  return table === "mark" && String(row["name"]).startsWith(PREFIX);
}

type Memory = z.infer<typeof Memory>;

async function remembered(client: pg.Client, ids: readonly string[]): Promise<Memory> {
  const memories = (await readMemories(client)).filter(({ memory }) => isOf(memory, ids)).map(({ memory }) => memory);
  return {
    ids: memories.flatMap((memory) => memory.ids),
    names: memories.flatMap((memory) => memory.names),
    writings: memories.flatMap((memory) => memory.writings),
  };
}

/** Of one person, even if this time another one of their ids is named first. */
function isOf(memory: Memory, ids: readonly string[]): boolean {
  const own = new Set(lower(memory.ids));
  return lower(ids).some((id) => own.has(id));
}

async function readMemories(client: pg.Client): Promise<readonly { readonly name: string; readonly memory: Memory }[]> {
  const { rows } = await client.query("SELECT name, value FROM mark WHERE tenant = $1 AND starts_with(name, $2)", [
    DEFAULT_TENANT,
    PREFIX,
  ]);
  return z
    .array(z.object({ name: z.string(), value: z.string() }))
    .parse(rows)
    .map(({ name, value }) => ({ name, memory: Memory.parse(JSON.parse(value)) }));
}

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

function joined(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())];
}
