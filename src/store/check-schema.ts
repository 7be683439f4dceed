import { UnavailableError } from "../app/errors.ts";
import { DEFAULT_TENANT } from "../core/ids.ts";
import type { Databases } from "./databases.ts";
import { migrationNames } from "./migrate.ts";

/** A check that the database has every migration that this version needs; it rejects with `UnavailableError` when one is missing. */
export function createSchemaCheck(db: Databases): () => Promise<void> {
  const needed = migrationNames();
  return async () => {
    // Names that we do not know are fine: a newer version migrated, and older code works on newer tables.
    const [row] = await db.of(DEFAULT_TENANT).$queryRaw<{ applied: number }[]>`
      SELECT count(*)::int AS applied FROM "_prisma_migrations"
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL AND migration_name = ANY(${needed}::text[])`;
    if (row?.applied === needed.length) return;
    throw new UnavailableError("PostgreSQL", {
      retryable: true,
      detail: "the database's schema is older than this version; run traceops migrate",
    });
  };
}
