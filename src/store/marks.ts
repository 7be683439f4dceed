import type { Marks } from "../app/ports.ts";
import type { Databases } from "./databases.ts";
import { toStoredText } from "./stored-json.ts";

/** Small durable texts by name. */
export function createMarks(db: Databases): Marks {
  return {
    async get(tenant, name) {
      const row = await db.of(tenant).markRow.findUnique({ where: { tenant_name: { tenant, name } } });
      return row?.value ?? null;
    },
    async set(tenant, name, value) {
      const stored = toStoredText(value);
      await db.of(tenant).markRow.upsert({
        where: { tenant_name: { tenant, name } },
        create: { tenant, name, value: stored },
        update: { value: stored },
      });
    },
    async remove(tenant, name) {
      await db.of(tenant).markRow.deleteMany({ where: { tenant, name } });
    },
  };
}
