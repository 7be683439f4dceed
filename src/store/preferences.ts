import type { Preference, Preferences } from "../app/people-ports.ts";
import type { Databases } from "./databases.ts";
import type { PreferenceRow } from "./generated/client.ts";
import { msOf, reviveSafe } from "./revive.ts";
import { toJsonValue, toStoredText } from "./stored-json.ts";

const MAX_LISTED = 500;

/** What people chose, by scope and name. */
export function createPreferences(db: Databases): Preferences {
  return {
    async list(tenant, scope) {
      const rows = await db.of(tenant).preferenceRow.findMany({
        where: { tenant, scope },
        orderBy: { name: "asc" },
        take: MAX_LISTED,
      });
      return rows.map(revive);
    },
    async get(tenant, scope, name) {
      const key = { tenant, scope: toStoredText(scope), name: toStoredText(name) };
      const row = await db.of(tenant).preferenceRow.findUnique({ where: { tenant_scope_name: key } });
      return row === null ? null : revive(row);
    },
    async set(tenant, { scope, name, value, by, atMs }) {
      const row = { value: toJsonValue({ value }), actorName: toStoredText(by), at: new Date(atMs) };
      const key = { tenant, scope: toStoredText(scope), name: toStoredText(name) };
      await db.of(tenant).preferenceRow.upsert({
        where: { tenant_scope_name: key },
        create: { ...key, ...row },
        update: row,
      });
    },
    async remove(tenant, scope, name) {
      await db
        .of(tenant)
        .preferenceRow.deleteMany({ where: { tenant, scope: toStoredText(scope), name: toStoredText(name) } });
    },
  };
}

function revive({ scope, name, value, actorName, at }: PreferenceRow): Preference {
  return { scope, name, value: unwrapped(value), by: reviveSafe(actorName), atMs: msOf(at) };
}

/** Stored inside an object, because a bare text is no JSON document everywhere. */
function unwrapped(stored: unknown): unknown {
  return typeof stored === "object" && stored !== null ? Reflect.get(stored, "value") : null;
}
