import { AppError } from "../app/errors.ts";
import type { CorrectionStore } from "../app/people-ports.ts";
import type { Clock } from "../app/ports.ts";
import { failpoint } from "../platform/failpoint.ts";
import type { Transaction } from "./database.ts";
import type { Databases } from "./databases.ts";
import { storeJobs } from "./outbox-rows.ts";
import { reviveCorrection, reviveIncident } from "./revive.ts";
import { toJsonValue, toStoredText } from "./stored-json.ts";

const MAX_FACTS = 2000;

/** What people corrected, as facts that nobody changes afterwards. */
export function createCorrectionStore(db: Databases, clock: Clock): CorrectionStore {
  return {
    async add(fact, causes) {
      const added = await db.of(fact.tenant).$transaction((tx) => add(tx, clock, { fact, causes }));
      failpoint("correction.after-commit");
      return added;
    },
    async ofIncident(tenant, id) {
      const rows = await db.of(tenant).correctionRow.findMany({
        where: { tenant, incidentId: id },
        orderBy: { id: "asc" },
        take: MAX_FACTS,
      });
      return rows.map(reviveCorrection);
    },
  };
}

type Add = CorrectionStore["add"];

async function add(
  tx: Transaction,
  clock: Clock,
  { fact, causes }: { readonly fact: Parameters<Add>[0]; readonly causes: Parameters<Add>[1] },
): ReturnType<Add> {
  const { tenant, incidentId, actor, at, correction } = fact;
  const [row] = await tx.incidentRow.updateManyAndReturn({
    where: { id: incidentId, tenant },
    data: { revision: { increment: 1 }, changedAt: new Date(clock.nowMs()) },
  });
  if (row === undefined) throw new AppError("not-found", `there is no incident ${incidentId}`);
  const stored = await tx.correctionRow.create({
    data: {
      tenant,
      incidentId,
      kind: correction.kind,
      actorId: toStoredText(actor.id),
      actorName: toStoredText(actor.name),
      at: new Date(at),
      document: toJsonValue(correction),
    },
  });
  await storeJobs(tx, tenant, { jobs: causes(reviveIncident(row, tenant)), clock });
  failpoint("correction.before-commit");
  return reviveCorrection(stored);
}
