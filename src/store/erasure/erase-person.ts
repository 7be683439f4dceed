import type pg from "pg";
import type { Seal } from "../../app/access/audit-trail.ts";
import { withClient } from "../client.ts";
import { withEveryTenant } from "../every-tenant.ts";
import { type Connections, eraseTables, type Look } from "./erase-tables.ts";
import { eraseTrails } from "./erase-trail.ts";
import { createEraser, ERASED, type Person } from "./eraser.ts";
import { BY_PERSON, forget, learn, lower } from "./known.ts";
import { workIsOver } from "./work-in-progress.ts";

/** How many rows of which table were changed or removed. Holds nothing of the person. */
export interface ErasureReceipt {
  readonly rows: ReadonlyMap<string, number>;
  /**
   * False when something was still being written about the person in the end: it takes another run. What they are called stays
   * known to it until then.
   */
  readonly isSettled: boolean;
}

/** The first look finds what is there, the second what work in progress wrote again; more only while there is still something. */
const MIN_LOOKS = 2;
const MAX_LOOKS = 4;

interface Task {
  readonly person: Person;
  readonly seal: Seal;
}

/**
 * Puts the pseudonym into every row of every table where the person's ids, addresses, known names or writings stand, and
 * removes their personal settings, some rows at a time, so that nobody waits for it; a run that was cut off is made whole by
 * the next one. The audit trail is sealed again behind it. Jobs that read the rows before may write them again: when those
 * are over, at most 70 s later, all is looked at once more.
 */
export async function erasePerson(
  connectionString: string,
  { person, seal }: { readonly person: Omit<Person, "writings">; readonly seal: Seal },
): Promise<ErasureReceipt> {
  return withEveryTenant(connectionString, (reader) =>
    withClient(connectionString, (writer) =>
      eraseAll({ reader, writer }, { person: { ...person, writings: [] }, seal }),
    ),
  );
}

async function eraseAll(connections: Connections, { person, seal }: Task): Promise<ErasureReceipt> {
  const { writer } = connections;
  const rows = new Map<string, number>();
  let [known, isWorkOver] = [person, true];
  for (let look = 1; ; look++) {
    known = await learn(writer, known);
    const found = await lookOnce(connections, { person: known, seal });
    for (const [table, count] of found.rows) rows.set(table, (rows.get(table) ?? 0) + count);
    const isClean = found.rows.size === 0 && found.missed === 0;
    if (look >= MIN_LOOKS && (isClean || look === MAX_LOOKS)) {
      const isSettled = isClean && isWorkOver;
      if (isSettled) await forget(writer, known);
      return { rows, isSettled };
    }
    isWorkOver = await workIsOver(writer);
  }
}

async function lookOnce(connections: Connections, { person, seal }: Task): Promise<Look> {
  const { writer } = connections;
  const eraser = createEraser(person);
  const settings = await removeSettings(writer, person.ids);
  await writer.query(`UPDATE note SET text = $2 WHERE ${BY_PERSON} AND text <> $2`, [lower(person.ids), ERASED]);
  const { rows, missed } = await eraseTables(connections, eraser);
  const sealed = await eraseTrails(writer, { eraser, seal });
  const all = new Map([...rows, ["audit_entry", sealed]] as const);
  all.set("preference", settings + (rows.get("preference") ?? 0));
  return { rows: new Map([...all].filter(([, count]) => count > 0)), missed };
}

/** Personal settings stand under the person's id: with a pseudonym they would serve nobody. */
async function removeSettings(client: pg.Client, ids: readonly string[]): Promise<number> {
  const { rowCount } = await client.query(
    "DELETE FROM preference WHERE EXISTS (SELECT FROM unnest($1::text[]) id WHERE strpos(lower(name), id) > 0)",
    [lower(ids)],
  );
  return rowCount ?? 0;
}
