import type { JobRequest } from "../../src/app/jobs/catalog.ts";
import type {
  AlertFact,
  AppliedChange,
  Clock,
  IncidentChange,
  IncidentFilter,
  IncidentStore,
  JoiningAlerts,
  NewNote,
  PersonNote,
} from "../../src/app/ports.ts";
import type { Alert } from "../../src/core/alert.ts";
import { type CorrelationScope, isInScope } from "../../src/core/correlation/scope.ts";
import { type IncidentId, incidentId, type TenantId } from "../../src/core/ids.ts";
import type { Incident, OpenIncident } from "../../src/core/incident.ts";
import { type FoldedIncident, foldIncident } from "../../src/core/incident-fold.ts";
import { own, ownWords } from "../../src/core/safe.ts";
import { ManualClock, RequestedJobs } from "./fakes.ts";

interface Case {
  readonly id: IncidentId;
  readonly tenant: TenantId;
  readonly facts: readonly AlertFact[];
  readonly notes: readonly PersonNote[];
  readonly folded: FoldedIncident;
  readonly revision: number;
  /** When the last fact was stored, by our clock. */
  readonly storedAtMs: number;
}

const HOUR_MS = 3_600_000;

/** Incidents as folds over stored facts, with the jobs each change causes. */
export class InMemoryIncidents implements IncidentStore {
  readonly #cases = new Map<IncidentId, Case>();
  /** Notes from elsewhere, by tenant and key. */
  readonly #keyed = new Map<string, PersonNote>();
  readonly #jobs: RequestedJobs;
  readonly #clock: Clock;

  constructor(jobs: RequestedJobs = new RequestedJobs(), clock: Clock = new ManualClock()) {
    this.#jobs = jobs;
    this.#clock = clock;
  }

  findOpen(tenant: TenantId, scope?: CorrelationScope): Promise<readonly OpenIncident[]> {
    const nowMs = this.#clock.nowMs();
    const seen = this.#of(tenant).filter(
      ({ folded, storedAtMs }) => folded.status !== "resolved" || nowMs - storedAtMs < HOUR_MS,
    );
    const open = seen.map(({ id, folded }) => {
      const { service, services, fingerprints, groupKeys, lastAlertAtMs, status } = folded;
      return { id, service, services, fingerprints, groupKeys, lastAlertAtMs, status };
    });
    return Promise.resolve(scope === undefined ? open : open.filter((incident) => isInScope(scope, incident)));
  }

  apply(change: IncidentChange, causes: (incident: Incident) => readonly JobRequest[]): Promise<AppliedChange> {
    const { alert, decision, tenant } = change;
    if (decision.kind === "open" && this.#isTaken(change)) return Promise.resolve({ status: "conflict" });
    const id = decision.kind === "open" ? incidentId(`inc-${this.#cases.size + 1}`) : decision.incidentId;
    const before = this.#cases.get(id) ?? { notes: [], facts: [], revision: 0 };
    const isRepeat = before.facts.some((fact) => isSameEvent(fact.alert, alert));
    const facts = isRepeat ? before.facts : [...before.facts, { alert, decision: ownWords(own(decision.reason)) }];
    const folded = foldIncident(facts.map((fact) => fact.alert));
    if (folded === null) throw new Error("a case without facts");
    const after = { ...before, id, tenant, facts, folded };
    const incident = toIncident(isRepeat ? after : this.#store(after));
    if (!isRepeat) this.#jobs.all.push(...causes(incident));
    return Promise.resolve({ status: "applied", incident, changed: !isRepeat });
  }

  attachAll(
    { tenant, incidentId: id, placed }: JoiningAlerts,
    causes: (incident: Incident, fresh: readonly Alert[]) => readonly JobRequest[],
  ): Promise<number> {
    const before = this.#cases.get(id);
    if (before === undefined) throw new Error("no such incident");
    const fresh = placed.filter(({ alert }) => !before.facts.some((fact) => isSameEvent(fact.alert, alert)));
    if (fresh.length === 0) return Promise.resolve(0);
    const facts = [...before.facts, ...fresh.map(({ alert, reason }) => ({ alert, decision: ownWords(own(reason)) }))];
    const folded = foldIncident(facts.map((fact) => fact.alert));
    if (folded === null) throw new Error("a case without facts");
    const after = this.#store({ ...before, tenant, facts, folded });
    const alerts = fresh.map(({ alert }) => alert);
    this.#jobs.all.push(...causes(toIncident(after), alerts));
    return Promise.resolve(fresh.length);
  }

  get(tenant: TenantId, id: IncidentId): Promise<Incident | null> {
    const found = this.#of(tenant).find((one) => one.id === id);
    return Promise.resolve(found ? toIncident(found) : null);
  }

  list(tenant: TenantId, { status, service, limit }: IncidentFilter): Promise<readonly Incident[]> {
    const isWanted = (incident: Incident) =>
      (status === undefined || incident.status === status || (status === "open" && incident.status !== "resolved")) &&
      (service === undefined || incident.service === service);
    return Promise.resolve(this.#of(tenant).map(toIncident).filter(isWanted).toReversed().slice(0, limit));
  }

  alerts(_tenant: TenantId, id: IncidentId): Promise<readonly AlertFact[]> {
    return Promise.resolve(this.#cases.get(id)?.facts ?? []);
  }

  notes(_tenant: TenantId, id: IncidentId): Promise<readonly PersonNote[]> {
    return Promise.resolve(this.#cases.get(id)?.notes ?? []);
  }

  addNote(note: NewNote, causes: (incident: Incident) => readonly JobRequest[]): Promise<PersonNote> {
    const before = this.#cases.get(note.incidentId);
    if (before === undefined) throw new Error("no such incident");
    const { actor, at: atMs, text, externalKey } = note;
    const known = externalKey === undefined ? undefined : this.#keyed.get(`${note.tenant} ${externalKey}`);
    if (known !== undefined) return Promise.resolve(known);
    const id = `n${before.notes.length + 1}`;
    const added = { id, actorKind: actor.kind, actorId: actor.id, atMs, who: actor.name, text };
    if (externalKey !== undefined) this.#keyed.set(`${note.tenant} ${externalKey}`, added);
    const after = this.#store({ ...before, notes: [...before.notes, added] });
    this.#jobs.all.push(...causes(toIncident(after)));
    return Promise.resolve(added);
  }

  /** Raises the revision as another fact of this incident does. */
  touch(id: IncidentId, causes: (incident: Incident) => readonly JobRequest[]): void {
    const before = this.#cases.get(id);
    if (before === undefined) throw new Error("no such incident");
    this.#jobs.all.push(...causes(toIncident(this.#store({ ...before }))));
  }

  request(jobs: readonly JobRequest[]): Promise<void> {
    this.#jobs.all.push(...jobs);
    return Promise.resolve();
  }

  #of(tenant: TenantId): readonly Case[] {
    return [...this.#cases.values()].filter((one) => one.tenant === tenant);
  }

  #isTaken({ alert, tenant }: IncidentChange): boolean {
    return this.#of(tenant).some(
      ({ folded }) =>
        (folded.status !== "resolved" && folded.groupKeys.includes(alert.groupKey)) ||
        (folded.status === "resolved" && folded.fingerprints.includes(alert.fingerprint)),
    );
  }

  #store(next: Omit<Case, "storedAtMs">): Case {
    const stored = { ...next, revision: next.revision + 1, storedAtMs: this.#clock.nowMs() };
    this.#cases.set(stored.id, stored);
    return stored;
  }
}

function isSameEvent(left: Alert, right: Alert): boolean {
  return left.source === right.source && left.eventId === right.eventId;
}

function toIncident({ id, tenant, folded, revision }: Omit<Case, "storedAtMs">): Incident {
  const { fingerprints: _fingerprints, groupKeys: _groupKeys, lastAlertAtMs: _last, ...rest } = folded;
  return { ...rest, id, tenant, revision };
}
