import type pg from "pg";
import { z } from "zod";
import { AppError } from "../app/errors.ts";
import { withClient } from "./client.ts";

const Hidden = z.array(z.object({ name: z.string() }));
/** Tables whose policies bind this account, and none of those that let it see all rows is for it. */
const HIDDEN = `
  SELECT relname AS name FROM pg_class c
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND row_security_active(c.oid) AND (
    coalesce(current_setting('traceops.tenant', true), '') <> '' OR NOT EXISTS (
      SELECT FROM pg_policy p, unnest(p.polroles) role
      WHERE p.polrelid = c.oid AND p.polname IN ('owner_without_tenant', 'every_tenant')
        AND (role = 0 OR pg_has_role(current_user, role, 'USAGE'))))
  ORDER BY relname`;

/**
 * Runs what a command does with the rows of all tenants (backup, restore, erasing a person or an incident, another try for what is stuck) as
 * the account that owns them. Rejects with `AppError` when rows could be hidden from it: "nothing there" would be a guess.
 */
export async function withEveryTenant<Result>(
  connectionString: string,
  task: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  return withClient(connectionString, async (client) => {
    await refuseHidden(client);
    return task(client);
  });
}

async function refuseHidden(client: pg.Client): Promise<void> {
  const { rows } = await client.query(HIDDEN);
  const [first] = Hidden.parse(rows);
  if (first === undefined) return;
  throw new AppError(
    "forbidden",
    `The account of DATABASE_URL does not see all rows (${first.name} is one of the tables). Use the account that owns the tables.`,
  );
}
