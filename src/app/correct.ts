import { type Correction, type CorrectionFact, validCorrections } from "../core/corrections/correction.ts";
import type { IncidentId } from "../core/ids.ts";
import { cutSafe, own, ownWords, type Safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import { AppError } from "./errors.ts";
import type { CorrectionStore } from "./people-ports.ts";
import type { Clock, IncidentStore } from "./ports.ts";
import { publishRequests } from "./publish-requests.ts";
import type { CorrectionOutcome } from "./verbs.ts";

export interface CorrectDeps {
  readonly clock: Clock;
  readonly incidents: IncidentStore;
  readonly corrections: CorrectionStore;
  readonly publishingSurfaces: () => readonly string[];
}

const MAX_TEXT = 2000;
/** More than this on one incident is not people correcting any more. */
const MAX_FACTS = 1000;

/**
 * Adds one correction of a person. The card shows it at once; the ranking is thought over again from what was read last.
 * Taking back what was taken back already is "outdated". Throws `AppError` "invalid-input".
 */
export async function correct(
  deps: CorrectDeps,
  actor: Actor,
  request: { readonly incidentId: IncidentId; readonly correction: Correction },
): Promise<CorrectionOutcome> {
  const { incidents, corrections, clock } = deps;
  const incident = await incidents.get(actor.tenant, request.incidentId);
  if (incident === null) return { kind: "unknown-incident" };
  const facts = await corrections.ofIncident(actor.tenant, incident.id);
  const { correction } = request;
  // What stands can always be taken back.
  const isFull = facts.length >= MAX_FACTS && correction.kind !== "undo";
  if (isFull) throw new AppError("conflict", "this incident has too many corrections");
  if (correction.kind === "undo" && !holds(facts, correction.of)) return { kind: "outdated", because: TAKEN_BACK };
  const fact = await corrections.add(
    { tenant: actor.tenant, incidentId: incident.id, actor, at: clock.nowMs(), correction: bounded(correction) },
    ({ id, revision }) => [
      { name: "incident.investigate", payload: { incidentId: id, revision, stored: true } },
      ...publishRequests(deps, id),
    ],
  );
  return { kind: "recorded", fact };
}

const TAKEN_BACK = ownWords(own("this was taken back already"));

function holds(facts: readonly CorrectionFact[], id: string): boolean {
  return validCorrections(facts).some((fact) => fact.id === id);
}

function bounded(correction: Correction): Correction {
  switch (correction.kind) {
    case "row-text":
    case "status-update":
      return { ...correction, text: text(correction.text) };
    case "cause-stated":
      return { ...correction, text: correction.text === null ? null : text(correction.text) };
    case "link":
      return { ...correction, url: text(correction.url), title: text(correction.title) };
    case "note-removed":
    case "row-time":
    case "row-irrelevant":
    case "undo":
      return correction;
    default:
      return correction satisfies never;
  }
}

function text(given: Safe): Safe {
  if (given.trim() === "") throw new AppError("invalid-input", "some words are needed");
  return cutSafe(given, MAX_TEXT);
}
