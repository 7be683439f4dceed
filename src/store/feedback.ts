import type { JobRequest } from "../app/jobs/catalog.ts";
import type { Clock, FeedbackStore, Vote } from "../app/ports.ts";
import type { TenantId } from "../core/ids.ts";
import { failpoint } from "../platform/failpoint.ts";
import type { Transaction } from "./database.ts";
import type { Databases } from "./databases.ts";
import { storeJobs } from "./outbox-rows.ts";
import { reviveVote } from "./revive.ts";
import { toJsonValue, toStoredText } from "./stored-json.ts";

/** Votes as immutable facts. */
export function createFeedbackStore(db: Databases, clock: Clock): FeedbackStore {
  return {
    async add(tenant, vote, causes) {
      const added = await db.of(tenant).$transaction((tx) => add(tx, clock, { tenant, vote, causes }));
      failpoint("vote.after-commit");
      return added;
    },
    async ofIncident(tenant, id) {
      const rows = await db.of(tenant).voteRow.findMany({ where: { tenant, incidentId: id }, orderBy: { id: "asc" } });
      return rows.map(reviveVote);
    },
    async all(tenant, limit) {
      // The newest ones when there are more, since a later vote replaces an earlier one.
      const rows = await db.of(tenant).voteRow.findMany({ where: { tenant }, orderBy: { id: "desc" }, take: limit });
      return rows.map(reviveVote).toReversed();
    },
  };
}

interface NewVote {
  readonly tenant: TenantId;
  readonly vote: Omit<Vote, "id">;
  readonly causes: readonly JobRequest[];
}

async function add(tx: Transaction, clock: Clock, { tenant, vote, causes }: NewVote): Promise<Vote> {
  const row = await tx.voteRow.create({
    data: {
      tenant,
      incidentId: vote.incidentId,
      hypothesisId: vote.hypothesisId,
      verdict: vote.verdict,
      actorId: toStoredText(vote.actorId),
      actorName: toStoredText(vote.actorName),
      at: new Date(vote.atMs),
      claim: toJsonValue(vote.claim),
    },
  });
  await storeJobs(tx, tenant, { jobs: causes, clock });
  failpoint("vote.before-commit");
  return reviveVote(row);
}
