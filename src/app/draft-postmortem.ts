import type { EpochMs, IncidentId } from "../core/ids.ts";
import { mergeDraft } from "../core/postmortem/merge.ts";
import { newFacts } from "../core/postmortem/new-facts.ts";
import type { Safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import type { PostmortemInput } from "./engine.ts";
import { AppError } from "./errors.ts";
import type { PostmortemDocument } from "./people-ports.ts";
import type { AlertFact } from "./ports.ts";
import type { PostmortemDeps } from "./postmortem-verbs.ts";

const MAX_TRIES = 5;

/** The document as it should stand now, with people's edits; stored as a new version when that is different from before. */
export async function draftPostmortem(
  deps: PostmortemDeps,
  actor: Actor,
  id: IncidentId,
): Promise<PostmortemDocument | null> {
  const input = await postmortemInput(deps, actor, id);
  return input === null ? null : storedDraft(deps, actor, { id, fresh: deps.engine.draftPostmortem(input) });
}

/** What was found out since that version; null when it is nothing, or there is no such version. */
export async function postmortemNews(
  deps: PostmortemDeps,
  { tenant }: Actor,
  { incidentId, since }: { readonly incidentId: IncidentId; readonly since: number },
): Promise<Safe | null> {
  const [older, newer] = await Promise.all([
    deps.postmortems.version(tenant, incidentId, since),
    deps.postmortems.latest(tenant, incidentId),
  ]);
  return older === null || newer === null ? null : newFacts(older.generated, newer.generated);
}

/** Everything a draft is made of; null when the actor has no such incident. */
export async function postmortemInput(
  deps: PostmortemDeps,
  { tenant }: Actor,
  id: IncidentId,
): Promise<PostmortemInput | null> {
  const answer = await deps.answer(tenant, id);
  if (answer === null) return null;
  const [votes, alerts] = await Promise.all([deps.feedback.ofIncident(tenant, id), deps.incidents.alerts(tenant, id)]);
  const { incident, analysis, view, notes } = answer;
  return { incident, analysis, view, votes, notes, acknowledgedAtMs: acknowledgedAt(alerts) };
}

/** When a sender first said that somebody has it. */
function acknowledgedAt(alerts: readonly AlertFact[]): EpochMs | null {
  const times = alerts.filter(({ alert }) => alert.status === "acknowledged").map(({ alert }) => alert.occurredAtMs);
  return times.toSorted((a, b) => a - b)[0] ?? null;
}

async function storedDraft(
  deps: PostmortemDeps,
  { tenant }: Actor,
  { id, fresh }: { readonly id: IncidentId; readonly fresh: Safe },
): Promise<PostmortemDocument> {
  // Each lost race means that somebody else stored a version: read it and merge into that one.
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const latest = await deps.postmortems.latest(tenant, id);
    if (latest !== null && latest.generated === fresh) return latest;
    const next: PostmortemDocument = {
      incidentId: id,
      version: (latest?.version ?? 0) + 1,
      generated: fresh,
      text: latest === null ? fresh : mergeDraft({ base: latest.generated, edited: latest.text, fresh }),
      editedBy: null,
      atMs: deps.clock.nowMs(),
      canvas: latest?.canvas ?? null,
    };
    if ((await deps.postmortems.save(tenant, next)) === "saved") return next;
  }
  throw new AppError("conflict", "many people write this postmortem at once: try again");
}
