import type { Actor } from "../../../app/actor.ts";
import type { IncidentId } from "../../../core/ids.ts";
import type { Incident } from "../../../core/incident.ts";
import { type Safe, safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import { SCOPES } from "../routing.ts";
import type { Guest } from "./home-guests.ts";

/** Begins every test's name: nobody may take one for a real incident. */
const TEST = "TEST, nothing is broken";

/** The invented service of this person's test. It is theirs alone, so that two tests never become one incident. */
export function testServiceOf(desk: Pick<Desk, "redactor">, user: string): Safe {
  return safe`${desk.redactor.text(TEST)} (${desk.redactor.text(user)})`;
}

/** True when somebody's test. */
export function isTest({ service }: Incident): boolean {
  return service?.startsWith(TEST) ?? false;
}

/**
 * Sends a test through everything an alert goes through. Its card lands in the person's direct message. The route is there
 * before the incident is, because its card may be drawn before we know its id.
 */
export async function startTest(desk: Desk, actor: Actor, guest: Guest): Promise<IncidentId> {
  const { preferences, clock } = desk;
  const service = testServiceOf(desk, guest.user);
  await desk.access.expect(actor, "incident.investigate", { services: [service] });
  const value = { team: desk.team, channel: guest.dm };
  const by = { by: actor.name, atMs: clock.nowMs() };
  await preferences.set(actor.tenant, { scope: SCOPES.route, name: service, value, ...by });
  try {
    const id = await desk.verbs.investigate(actor, { service, sinceMs: null });
    await preferences.set(actor.tenant, { scope: SCOPES.place, name: id, value, ...by });
    return id;
  } finally {
    await preferences.remove(actor.tenant, SCOPES.route, service);
  }
}

/** This person's running test; null when there is none. */
export function runningTest(open: readonly Incident[], service: Safe): Incident | null {
  return open.find((incident) => incident.service === service) ?? null;
}

/** Ends a test, and only a test; the words for the person who pressed. */
export async function endTest(desk: Desk, actor: Actor, id: IncidentId): Promise<Safe> {
  const answer = await desk.verbs.getIncident(actor, id);
  if (answer === null || !isTest(answer.incident)) return safe`There is no such test any more.`;
  if (answer.incident.status === "resolved") return safe`The test ended already.`;
  const outcome = await desk.verbs.setStatus(actor, { incidentId: id, status: "resolved" });
  // Its card stands: nobody has to know any more where it was to come.
  if (outcome.kind === "done") await desk.preferences.remove(actor.tenant, SCOPES.place, id);
  return outcome.kind === "refused" ? safe`The test could not be ended: ${outcome.because}` : safe`The test ended.`;
}
