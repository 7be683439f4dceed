import type { IncidentSender, SenderOutcome } from "../../app/ports.ts";
import type { Redactor } from "../../app/redactor.ts";
import { own, ownWords, type Safe, safe } from "../../core/safe.ts";
import { type PagerDutyClient, PagerDutyError } from "../../platform/clients/pagerduty.ts";

export interface SenderOptions {
  readonly client: PagerDutyClient;
  /** PagerDuty records every change of status under a user's e-mail. */
  readonly from: string | null;
  readonly redactor: Redactor;
}

const DEADLINE_MS = 8000;

/** Acknowledges and resolves in PagerDuty. A refusal comes back as a sentence that says what to do. */
export function createPagerDutySender({ client, from, redactor }: SenderOptions): IncidentSender {
  return {
    source: "pagerduty",
    setStatus: async (externalId, status) => {
      if (from === null) return refused(NO_ADDRESS);
      const body = { incident: { type: "incident_reference", status } };
      try {
        const options = { from, signal: AbortSignal.timeout(DEADLINE_MS) };
        await client.put(`/incidents/${encodeURIComponent(externalId)}`, body, options);
        return { status: "done" };
      } catch (error) {
        return refused(reasonOf(error, redactor));
      }
    },
  };
}

const words = (text: string): Safe => ownWords(own(text));

const NO_ADDRESS = words(
  "PAGERDUTY_FROM_EMAIL is not set, so PagerDuty cannot be told who acts. Please do it in PagerDuty.",
);

const refused = (because: Safe): SenderOutcome => ({ status: "refused", because });

function reasonOf(error: unknown, redactor: Redactor): Safe {
  if (!(error instanceof PagerDutyError) || !error.isRefusal) {
    return words("PagerDuty did not answer. Please look there before you try again.");
  }
  switch (error.status ?? 0) {
    case 401:
    case 403:
      return words(
        "The PagerDuty key may not change incidents. Please do it in PagerDuty, or give TraceOps a key that may write.",
      );
    case 404:
      return words("PagerDuty does not know this incident any more.");
    case 429:
      return words("PagerDuty's rate limit is used up. Please try again in a minute.");
    default:
      // Their words may name the cause, for example an address that is no user of the account.
      return safe`PagerDuty refused: ${redactor.text(error.message.slice(0, 300))}`;
  }
}
