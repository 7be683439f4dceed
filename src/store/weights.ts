import type { WeightsStore } from "../app/ports.ts";
import type { EpochMs, TenantId } from "../core/ids.ts";
import { NO_WEIGHTS, type SignalWeights } from "../core/learning/weights.ts";
import { isUniqueViolation } from "./database.ts";
import type { Databases } from "./databases.ts";
import { reviveLearned } from "./revive.ts";
import { toJsonText } from "./stored-json.ts";

const MAX_TRIES = 5;

interface NewWeights {
  readonly tenant: TenantId;
  readonly learned: SignalWeights["learned"];
  readonly at: EpochMs;
}

/** Every version of what votes taught; the newest is current. */
export function createWeightsStore(db: Databases): WeightsStore {
  return {
    current: (tenant) => current(db, tenant),
    saveIfChanged: (tenant, learned, at) => saveIfChanged(db, { tenant, learned, at }),
  };
}

async function current(db: Databases, tenant: TenantId): Promise<SignalWeights> {
  const row = await db.of(tenant).signalWeightsRow.findFirst({ where: { tenant }, orderBy: { version: "desc" } });
  return row === null ? NO_WEIGHTS : { version: row.version, learned: reviveLearned(row.learned) };
}

async function saveIfChanged(db: Databases, { tenant, learned, at }: NewWeights): Promise<SignalWeights> {
  const document = toJsonText(learned);
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const known = await current(db, tenant);
    if (toJsonText(known.learned) === document) return known;
    try {
      await db.of(tenant).$executeRaw`
        INSERT INTO signal_weights (tenant, version, at, learned)
        VALUES (${tenant}, ${known.version + 1}, ${new Date(at)}, ${document}::json)`;
    } catch (error) {
      // Another worker learned at the same moment: look at what it learned, then decide again.
      if (!isTakenVersion(error)) throw error;
    }
  }
  return current(db, tenant);
}

function isTakenVersion(error: unknown): boolean {
  return isUniqueViolation(error) || (error instanceof Error && error.message.includes("23505"));
}
