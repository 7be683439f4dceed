import { z } from "zod";
import type { Advance, Advanced, Marks } from "../app/ports.ts";
import type { TenantId } from "../core/ids.ts";
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
    advance: (tenant, name, by) => advance(db, { tenant, name }, by),
  };
}

const Answer = z.array(z.object({ atMs: z.number(), isTaken: z.boolean() }));

/** One statement, so that of two processes that ask at once one waits for the other's row. */
async function advance(
  db: Databases,
  { tenant, name }: { readonly tenant: TenantId; readonly name: string },
  { fromMs, stepMs, untilMs, forgetMs }: Advance,
): Promise<Advanced> {
  const answer = await db.of(tenant).$queryRaw`
    WITH taken AS (
      INSERT INTO mark AS known (tenant, name, value)
      SELECT ${tenant}, ${name}, (${fromMs}::bigint + ${stepMs}::bigint)::text WHERE ${fromMs}::bigint <= ${untilMs}::bigint
      ON CONFLICT (tenant, name) DO UPDATE
      SET value = (CASE WHEN known.value::bigint > ${fromMs}::bigint + ${forgetMs}::bigint THEN ${fromMs}::bigint
        ELSE greatest(known.value::bigint, ${fromMs}::bigint) END + ${stepMs}::bigint)::text
      WHERE known.value::bigint <= ${untilMs}::bigint OR known.value::bigint > ${fromMs}::bigint + ${forgetMs}::bigint
      RETURNING value::bigint - ${stepMs}::bigint AS at
    )
    SELECT at::double precision AS "atMs", true AS "isTaken" FROM taken
    UNION ALL
    SELECT greatest(value::bigint, ${fromMs}::bigint)::double precision, false FROM mark
    WHERE tenant = ${tenant} AND name = ${name} AND NOT EXISTS (SELECT FROM taken)`;
  const [row] = Answer.parse(answer);
  // Without a row it was made by somebody else while this was asked.
  return row ?? { atMs: fromMs + stepMs, isTaken: false };
}
