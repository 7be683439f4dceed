import type { JobOutcome } from "../../app/jobs/catalog.ts";
import type { IncidentAnswer } from "../../app/verbs.ts";
import type { Safe } from "../../core/safe.ts";
import { checkPagerDutyKey, checkPagerDutyUser } from "../../platform/clients/pagerduty-check.ts";
import { pagerDutyEnv } from "../../platform/clients/pagerduty-rest.ts";
import { defineSurface } from "../define.ts";
import { deliverNote } from "./deliver-note.ts";
import { DONE, type Notebook, sooner } from "./notebook.ts";
import { deliverPersonNotes } from "./person-notes.ts";
import { renderNote } from "./render.ts";

const SURFACE = "pagerduty";
const MAX_NOTES = 10;
/** Ends before the deadline of its job: a silent PagerDuty is waited for, and is no failure of the job. */
const RUN_MS = 25_000;

/** One note per PagerDuty incident, edited as the answer changes, and what people write here. */
export const pagerduty = defineSurface({
  env: pagerDutyEnv,
  title: "PagerDuty notes",
  howToConfigure: "Set PAGERDUTY_API_TOKEN (a key that may write) and PAGERDUTY_FROM_EMAIL (a PagerDuty user).",
  create: (env, { pagerDuty: client, messages, clock, logger, newNonce, untold }) => {
    if (!env.PAGERDUTY_API_TOKEN || !client) return null;
    const book: Notebook = { client, from: env.PAGERDUTY_FROM_EMAIL ?? null, messages, clock, logger, newNonce };
    const others = untold ?? (async () => []);
    return {
      publish: async (answer, signal) => publishNotes(book, answer, { signal, untold: await others(answer.incident) }),
    };
  },
  check: async (env, { pagerDuty }, signal) => {
    if (!env.PAGERDUTY_API_TOKEN || !pagerDuty) return null;
    const problem = await checkPagerDutyKey(pagerDuty, signal);
    if (problem !== null) return problem;
    return env.PAGERDUTY_FROM_EMAIL
      ? checkPagerDutyUser(pagerDuty, env.PAGERDUTY_FROM_EMAIL, signal)
      : "Set PAGERDUTY_FROM_EMAIL to a PagerDuty user's address, or notes are refused, and so is whatever a person does whom PagerDuty does not know.";
  },
});

/** Writes or edits the note of every PagerDuty incident behind ours once there is an answer, and brings people's notes there. */
export async function publishNotes(
  book: Notebook,
  answer: IncidentAnswer,
  { signal, untold }: { readonly signal: AbortSignal; readonly untold: readonly Safe[] },
): Promise<JobOutcome> {
  const externalIds = answer.incident.external
    .filter(({ source }) => source === SURFACE)
    .slice(0, MAX_NOTES)
    .map(({ externalId }) => externalId);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(RUN_MS)]);
  const ours = await publishOurs(book, { answer, externalIds, untold }, limited);
  const theirs = await deliverPersonNotes(book, { answer, surface: SURFACE, externalIds, signal: limited });
  return sooner(ours, theirs);
}

async function publishOurs(
  book: Notebook,
  { answer, externalIds, untold }: { answer: IncidentAnswer; externalIds: readonly string[]; untold: readonly Safe[] },
  signal: AbortSignal,
): Promise<JobOutcome> {
  let result = DONE;
  if (answer.analysis === null) return result;
  const text = renderNote(answer.view, untold);
  const { tenant, id: incidentId } = answer.incident;
  for (const externalId of externalIds) {
    // The incident's own id makes the row, so the order of the incidents may change.
    const key = { tenant, incidentId, surface: SURFACE, kind: `note:${externalId}`, ordinal: 0 };
    result = sooner(result, await deliverNote(book, { key, externalId, text, signal }));
  }
  return result;
}
