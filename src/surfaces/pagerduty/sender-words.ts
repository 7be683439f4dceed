import type { Actor } from "../../app/actor.ts";
import type { Redactor } from "../../app/redactor.ts";
import { oneLineSafe } from "../../core/presentation/unseen.ts";
import { cutSafe, own, ownWords, type Safe, safe } from "../../core/safe.ts";
import { PagerDutyError } from "../../platform/clients/pagerduty.ts";

export const SAID = {
  acknowledged: safe`acknowledged`,
  resolved: safe`resolved`,
} as const;

/** Where a person of each kind writes and presses, in words. */
export const PLACE: Readonly<Record<Actor["kind"], Safe>> = {
  "slack-user": safe`Slack`,
  "web-user": safe`TraceOps page`,
  "mcp-client": safe`MCP client`,
  webhook: safe`webhook`,
  cli: safe`command line`,
  job: safe`TraceOps`,
};

const MAX_NAME = 100;

/** The note that names the person for whom the configured user acted. */
export function actedFor({ name, kind }: Actor, said: Safe): Safe {
  return safe`${cutSafe(oneLineSafe(name), MAX_NAME)} (${PLACE[kind]}) ${said} this incident through TraceOps. PagerDuty shows another user, because it does not know this person's e-mail address.`;
}

/** What the person is told whose status change the configured user made. */
export function standInRemark(actor: Actor, isNamed: boolean): Safe {
  const how = safe`${unknownBecause(actor)}, so PagerDuty shows the user of TraceOps as the one who did it`;
  return isNamed
    ? safe`${how}. A note there names you.`
    : safe`${how}. The note that names you could not be written; please write one there.`;
}

/** Why nobody can act for this person, and what would change that. */
export function noAccount(actor: Actor): Safe {
  return actor.kind === "slack-user" && actor.email !== undefined
    ? safe`${unknownBecause(actor)}. Ask a PagerDuty admin to add it, or an administrator of TraceOps to set PAGERDUTY_FROM_EMAIL.`
    : safe`${unknownBecause(actor)}. Please do it in PagerDuty, or ask an administrator of TraceOps to set PAGERDUTY_FROM_EMAIL.`;
}

function unknownBecause({ kind, email }: Actor): Safe {
  if (kind !== "slack-user") return safe`TraceOps does not know who you are in PagerDuty`;
  return email === undefined
    ? safe`Slack did not tell your e-mail address, by which PagerDuty would know you`
    : safe`PagerDuty has no user with your Slack e-mail address`;
}

export const WRONG_STAND_IN = safe`PagerDuty has no user with the address in PAGERDUTY_FROM_EMAIL. Please do it in PagerDuty, and ask an administrator of TraceOps to correct the address.`;

/** Said when somebody was faster. */
export function alreadySo(present: "acknowledged" | "resolved"): Safe {
  return safe`It was ${SAID[present]} in PagerDuty already.`;
}

const words = (text: string): Safe => ownWords(own(text));

/** PagerDuty's refusal as a sentence that says what to do. */
export function reasonOf(error: unknown, redactor: Redactor): Safe {
  if (!(error instanceof PagerDutyError) || !error.isRefusal) {
    return words("PagerDuty did not answer, so it may or may not be done. Please look there before you try again.");
  }
  switch (error.status ?? 0) {
    case 401:
    case 403:
      return words(
        "The PagerDuty key, or your role there, may not change incidents. Please do it in PagerDuty, or give TraceOps a key that may write.",
      );
    case 404:
      return words("PagerDuty does not know this incident any more.");
    case 429:
      return words("PagerDuty's rate limit is used up. Please try again in a minute.");
    default:
      // Their words may name the cause.
      return safe`PagerDuty refused: ${redactor.text(error.message.slice(0, 300))}`;
  }
}
