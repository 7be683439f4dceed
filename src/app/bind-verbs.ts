import { addNote } from "./add-note.ts";
import { type CorrectDeps, correct } from "./correct.ts";
import { type DependenciesDeps, dependenciesOf } from "./dependencies.ts";
import { type GetIncidentDeps, getIncident } from "./get-incident.ts";
import { investigateService } from "./investigate-service.ts";
import { listIncidents } from "./list-incidents.ts";
import { type LookBackDeps, rankingRecord, similarTo } from "./look-back.ts";
import { onCall } from "./on-call.ts";
import { bindPostmortems, type PostmortemDeps } from "./postmortem-verbs.ts";
import { type RecentChangesDeps, recentChanges } from "./recent-changes.ts";
import { type RecordFeedbackDeps, recordFeedback } from "./record-feedback.ts";
import { type SetStatusDeps, setStatus } from "./set-status.ts";
import type { Verbs } from "./verbs.ts";

export type VerbDeps = GetIncidentDeps &
  RecordFeedbackDeps &
  SetStatusDeps &
  CorrectDeps &
  RecentChangesDeps &
  LookBackDeps &
  DependenciesDeps &
  Omit<PostmortemDeps, "answer">;

/** Everything that people and agents can ask for, over the given stores. */
export function bindVerbs(deps: VerbDeps): Verbs {
  return {
    listIncidents: (actor, filter) => listIncidents(deps, actor, filter),
    getIncident: (actor, id) => getIncident(deps, actor.tenant, id),
    investigate: (actor, request) => investigateService(deps, actor, request),
    recordFeedback: (actor, vote) => recordFeedback(deps, actor, vote),
    addNote: (actor, note) => addNote(deps, actor, note),
    correct: (actor, request) => correct(deps, actor, request),
    recentChanges: (actor, request) => recentChanges(deps, actor, request),
    similarIncidents: (actor, id) => similarTo(deps, actor, id),
    dependencies: (actor, service, request) => dependenciesOf(deps, actor, { service, ...request }),
    rankingRecord: (actor) => rankingRecord(deps, actor),
    onCall: (_, service) => onCall(deps.senders, service),
    ...bindPostmortems({ ...deps, answer: (tenant, id) => getIncident(deps, tenant, id) }),
    setStatus: (actor, change) => setStatus(deps, actor, change),
  };
}
