import { z } from "zod";
import type { Actor } from "../../app/actor.ts";
import type { IncidentSender, SenderOutcome } from "../../app/ports.ts";
import type { Redactor } from "../../app/redactor.ts";
import { type PagerDutyClient, PagerDutyError } from "../../platform/clients/pagerduty.ts";
import { onCall } from "../../platform/clients/pagerduty-on-call.ts";
import { withMark } from "./render.ts";
import { actedFor, alreadySo, noAccount, reasonOf, SAID, standInRemark, WRONG_STAND_IN } from "./sender-words.ts";

export interface SenderOptions {
  readonly client: PagerDutyClient;
  /** Acts for people that PagerDuty does not know; null when nobody was set. */
  readonly from: string | null;
  readonly redactor: Redactor;
}

export interface StatusRequest {
  readonly externalId: string;
  readonly status: "acknowledged" | "resolved";
  readonly actor: Actor;
}

const DEADLINE_MS = 8000;
const LOOK_MS = 3000;
const NOTE_MS = 5000;

/** Acknowledges and resolves in PagerDuty as the person who asked. A refusal comes back as a sentence that says what to do. */
export function createPagerDutySender(options: SenderOptions): IncidentSender {
  return {
    source: "pagerduty",
    setStatus: (externalId, status, actor) => setStatus(options, { externalId, status, actor }),
    onCall: (service) => onCall(options, service),
  };
}

async function setStatus(options: SenderOptions, request: StatusRequest): Promise<SenderOutcome> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const email = usable(request.actor.email);
  if (email !== null) {
    const outcome = await actAs(options, { ...request, from: email }, signal);
    if (outcome !== "unknown-user") return outcome;
  }
  return standIn(options, request, signal);
}

/** What a header can hold; a vendor's profile field may hold anything. */
function usable(email: string | undefined): string | null {
  return email !== undefined && /^[\x21-\x7e]+@[\x21-\x7e]+$/u.test(email) ? email : null;
}

/** The configured user acts, and a note names the person, so that PagerDuty's record shows who decided. */
async function standIn(options: SenderOptions, request: StatusRequest, signal: AbortSignal): Promise<SenderOutcome> {
  const { from } = options;
  if (from === null) return { status: "refused", because: noAccount(request.actor) };
  const present = await presentStatus(options, request, signal);
  // Then it is not done again: PagerDuty would give the incident to the stand-in.
  if (present !== null && isReached(present, request)) return { status: "done", remark: alreadySo(present) };
  const outcome = await actAs(options, { ...request, from }, signal);
  if (outcome === "unknown-user") return { status: "refused", because: WRONG_STAND_IN };
  if (outcome.status === "refused" || outcome.remark) return outcome;
  const isNamed = await leaveName(options, request, from);
  return { status: "done", remark: standInRemark(request.actor, isNamed) };
}

async function actAs(
  options: SenderOptions,
  request: StatusRequest & { readonly from: string },
  signal: AbortSignal,
): Promise<SenderOutcome | "unknown-user"> {
  const { externalId, status, from } = request;
  const body = { incident: { type: "incident_reference", status } };
  try {
    await options.client.put(pathOf(externalId), body, { from, signal });
    return { status: "done" };
  } catch (error) {
    if (error instanceof PagerDutyError && error.isUnknownUser) return "unknown-user";
    // Somebody may have been faster: what is resolved cannot be acknowledged or resolved again.
    const isRefused = error instanceof PagerDutyError && error.status === 400;
    const present = isRefused ? await presentStatus(options, request, signal) : null;
    if (present !== null && isReached(present, request)) return { status: "done", remark: alreadySo(present) };
    return { status: "refused", because: reasonOf(error, options.redactor) };
  }
}

const Present = z.object({ incident: z.object({ status: z.enum(["triggered", "acknowledged", "resolved"]) }) });
type PresentStatus = z.infer<typeof Present>["incident"]["status"];

/** Null when PagerDuty does not say. */
async function presentStatus(
  { client }: SenderOptions,
  { externalId }: StatusRequest,
  signal: AbortSignal,
): Promise<PresentStatus | null> {
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]);
    const answer = Present.safeParse(await client.get(pathOf(externalId), {}, limited));
    return answer.success ? answer.data.incident.status : null;
  } catch (error) {
    if (error instanceof PagerDutyError) return null;
    throw error;
  }
}

function isReached(present: PresentStatus, { status }: StatusRequest): present is "acknowledged" | "resolved" {
  return present === "resolved" || present === status;
}

/** One try only: a second one could leave a second note. The status is what matters. */
async function leaveName({ client }: SenderOptions, request: StatusRequest, from: string): Promise<boolean> {
  const content = withMark(actedFor(request.actor, SAID[request.status]), "status");
  try {
    const options = { from, signal: AbortSignal.timeout(NOTE_MS) };
    await client.post(`${pathOf(request.externalId)}/notes`, { note: { content } }, options);
    return true;
  } catch (error) {
    if (error instanceof PagerDutyError) return false;
    throw error;
  }
}

const pathOf = (externalId: string): string => `/incidents/${encodeURIComponent(externalId)}`;
