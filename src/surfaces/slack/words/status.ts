import type { Actor } from "../../../app/actor.ts";
import type { IncidentAnswer } from "../../../app/verbs.ts";
import type { IncidentId } from "../../../core/ids.ts";
import { ownWords, type Safe, safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import type { Drawing } from "../drawing/message.ts";
import { say } from "./replies.ts";

/** Acknowledges or resolves where the alert came from, as the person who asked, unless that is already so. */
export async function changeStatus(
  desk: Desk,
  change: {
    readonly actor: Actor;
    readonly answer: IncidentAnswer;
    readonly status: "acknowledged" | "resolved";
  },
): Promise<Drawing> {
  const { actor, answer, status } = change;
  const already = alreadySo(answer, status);
  if (already !== null) return already;
  const id = answer.incident.id;
  const outcome = await desk.verbs.setStatus(actor, { incidentId: id, status });
  switch (outcome.kind) {
    case "done":
      return say(doneWords(id, status, outcome.remark));
    case "refused":
      return say(safe`${ownWords(id)} was not changed where the alert came from: ${outcome.because}`);
    case "unknown-incident":
      return say(safe`This incident is not known here any more.`);
    default:
      return outcome satisfies never;
  }
}

function doneWords(id: IncidentId, status: "acknowledged" | "resolved", remark: Safe | undefined): Safe {
  const done = status === "resolved" ? safe`is resolved` : safe`is acknowledged`;
  return safe`${ownWords(id)} ${done}. The card follows.${remark === undefined ? safe`` : safe` ${remark}`}`;
}

/** A button on an older drawing asks for what somebody else did meanwhile. */
function alreadySo({ incident }: IncidentAnswer, status: "acknowledged" | "resolved"): Drawing | null {
  const id = ownWords(incident.id);
  if (incident.status === "resolved") return say(safe`${id} is already resolved.`);
  if (status === "resolved" || incident.status !== "acknowledged") return null;
  return say(
    incident.acknowledgedBy === null
      ? safe`${id} is already acknowledged.`
      : safe`${id} is already acknowledged by ${incident.acknowledgedBy}.`,
  );
}
