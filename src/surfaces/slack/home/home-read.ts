import type { Actor } from "../../../app/actor.ts";
import { wasAsked } from "../../../app/investigate-service.ts";
import type { RankingRecord } from "../../../app/look-back.ts";
import type { ChangesAnswer } from "../../../app/recent-changes.ts";
import type { IncidentAnswer } from "../../../app/verbs.ts";
import { epochMs, type IncidentId } from "../../../core/ids.ts";
import type { Incident } from "../../../core/incident.ts";
import { leadOf } from "../../../core/presentation/card.ts";
import type { Safe } from "../../../core/safe.ts";
import { Fresh } from "../delivery/fresh.ts";
import { Permalinks } from "../delivery/permalinks.ts";
import type { Desk } from "../desk.ts";
import { type AuthorChoice, authorChoiceOf, servicesOf } from "./home-choices.ts";
import {
  type AuthorLine,
  type HomeContent,
  isAbout,
  isAckedBy,
  isMine,
  type OpenLine,
  orderedOpen,
  type SafeFinding,
  type ServiceLine,
  type WaitingLine,
} from "./home-content.ts";
import type { Guest } from "./home-guests.ts";
import { isTest, runningTest, testServiceOf } from "./home-test.ts";

/** What everybody's Home shares and nobody waits for long. */
export interface SharedReadings {
  readonly health: Fresh<readonly SafeFinding[]>;
  readonly changes: Fresh<ChangesAnswer>;
  readonly record: Fresh<RankingRecord>;
  readonly permalinks: Permalinks;
}

const MAX_INCIDENTS = 200;
const MAX_LOOKED = 10;
const MAX_WAITING = 8;
const LOOK_MS = 800;

/** Reads one person's Home. Slow parts come as "being read" and are there at the next drawing. */
export async function readHome(
  desk: Desk,
  guest: Guest,
  {
    shared,
    version,
    notice,
  }: { readonly shared: SharedReadings; readonly version: Safe; readonly notice: Safe | null },
): Promise<HomeContent> {
  const actor = await desk.people.actor(guest);
  const of = { preferences: desk.preferences, tenant: actor.tenant, principal: guest };
  const [open, newest, services, author, health, changes, record] = await Promise.all([
    desk.verbs.listIncidents(actor, { status: "open", limit: MAX_INCIDENTS }),
    desk.verbs.listIncidents(actor, { limit: MAX_INCIDENTS }),
    servicesOf(of),
    authorChoiceOf(of),
    shared.health.within(LOOK_MS),
    shared.changes.within(LOOK_MS),
    shared.record.within(LOOK_MS),
  ]);
  const me = { name: actor.name, services };
  const real = open.filter((incident) => !isTest(incident));
  const { shown, hidden } = orderedOpen(real, me);
  return {
    dm: guest.dm,
    version,
    health,
    changes,
    record,
    hasAlerts: newest.some((incident) => !isTest(incident) && !wasAsked(incident)),
    open: await Promise.all(
      shown.map((incident) => openLine({ desk, actor, shared }, { incident, isMine: isMine(incident, me) })),
    ),
    hiddenOpen: hidden,
    services: services.map((service) => serviceLine(desk, service, newest)),
    waiting: await waitingFor(desk, actor, newest),
    author: author === null ? null : authorLine(desk, author),
    test: runningTest(open, testServiceOf(desk, guest.user)),
    notice,
  };
}

/** The slow readings, shared by everybody. Begun by the first Home that is opened. */
export function sharedReadings(desk: Desk, actor: Actor): SharedReadings {
  const { clock, verbs, redactor } = desk;
  return {
    health: new Fresh(clock, async () => {
      const findings = await desk.health();
      return findings.map(({ part, text, ...rest }) => ({
        ...rest,
        part: redactor.text(part),
        text: redactor.text(text),
      }));
    }),
    changes: new Fresh(clock, () =>
      verbs.recentChanges(actor, { service: null, sinceMs: epochMs(clock.nowMs() - DAY_MS) }),
    ),
    record: new Fresh(clock, () => verbs.rankingRecord(actor)),
    permalinks: new Permalinks(),
  };
}

/** What somebody chose, as it is shown. */
export function authorLine(
  { redactor }: Pick<Desk, "redactor">,
  { isOn, names, quiet, zone }: AuthorChoice,
): AuthorLine {
  const text = (words: string) => redactor.text(words);
  return {
    isOn,
    names: names.map(text),
    quiet: quiet === null ? null : { from: text(quiet.from), to: text(quiet.to) },
    zone: text(zone),
  };
}

const DAY_MS = 24 * 60 * 60_000;

interface Reader {
  readonly desk: Desk;
  readonly actor: Actor;
  readonly shared: SharedReadings;
}

async function openLine(
  reader: Reader,
  { incident, isMine: mine }: { readonly incident: Incident; readonly isMine: boolean },
): Promise<OpenLine> {
  const [answer, cardUrl] = await Promise.all([
    reader.desk.verbs.getIncident(reader.actor, incident.id),
    cardUrlOf(reader, incident.id),
  ]);
  return {
    incident,
    isMine: mine,
    cause: answer === null ? null : leadOf(answer.view.causes),
    cardUrl,
    pageUrl: answer?.view.pageUrl ?? null,
  };
}

async function cardUrlOf({ desk, actor, shared }: Reader, id: IncidentId): Promise<string | null> {
  const root = await desk.threads.rootOf(actor, id);
  return root === null ? null : shared.permalinks.of(desk.client, { channel: root.channel, ts: root.threadTs });
}

function serviceLine(desk: Desk, service: string, newest: readonly Incident[]): ServiceLine {
  const own = newest.filter((incident) => isAbout(incident, [service]));
  const last = own.toSorted((a, b) => b.detectedAtMs - a.detectedAtMs)[0] ?? null;
  return { service: desk.redactor.text(service), lastIncident: last };
}

/** What this person took and has not ended, and what they ended without saying what it was. */
async function waitingFor(desk: Desk, actor: Actor, newest: readonly Incident[]): Promise<readonly WaitingLine[]> {
  const mine = newest.filter((incident) => !isTest(incident) && isAckedBy(incident, actor.name)).slice(0, MAX_LOOKED);
  const looked = await Promise.all(mine.map(({ id }) => desk.verbs.getIncident(actor, id)));
  const lines = mine.flatMap((incident, index): readonly WaitingLine[] => {
    const why = reasonToWait(incident, looked[index] ?? null);
    return why === null ? [] : [{ incident, why, pageUrl: looked[index]?.view.pageUrl ?? null }];
  });
  return lines.slice(0, MAX_WAITING);
}

function reasonToWait(incident: Incident, answer: IncidentAnswer | null): WaitingLine["why"] | null {
  if (incident.status !== "resolved") return "unresolved";
  if (answer === null || answer.view.statedCause !== null) return null;
  return answer.view.causes.some(({ votes }) => votes.yes.length > votes.no.length) ? null : "unconfirmed";
}

/** Names of services that alerted lately, in order, for people to pick from. */
export async function knownServices(desk: Desk, actor: Actor): Promise<readonly Safe[]> {
  const newest = await desk.verbs.listIncidents(actor, { limit: MAX_INCIDENTS });
  const named = newest
    .filter((incident) => !isTest(incident))
    .flatMap(({ service, services }) => [...(service === null ? [] : [service]), ...services]);
  return [...new Set(named)].toSorted();
}
