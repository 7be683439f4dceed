import type { Marks } from "../app/ports.ts";
import type { Database } from "./database.ts";
import { toStoredText } from "./stored-json.ts";

/** Small durable texts by name. */
export function createMarks(db: Database): Marks {
  return {
    async get(tenant, name) {
      const row = await db.markRow.findUnique({ where: { tenant_name: { tenant, name } } });
      return row?.value ?? null;
    },
    async set(tenant, name, value) {
      const stored = toStoredText(value);
      await db.markRow.upsert({
        where: { tenant_name: { tenant, name } },
        create: { tenant, name, value: stored },
        update: { value: stored },
      });
    },
    async remove(tenant, name) {
      await db.markRow.deleteMany({ where: { tenant, name } });
    },
  };
}
