import { safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import type { Drawing } from "../drawing/message.ts";
import { drawArithmetic } from "../drawing/render-arithmetic.ts";
import { isOutdated } from "../drawing/values.ts";
import { say, withCurrentState } from "../words/replies.ts";
import type { Pressed } from "./press.ts";

/** "Show the arithmetic": every point of one cause, for whoever asks. A cause that is no suspect any more is said so. */
export async function pressWhy(desk: Desk, { principal, value }: Pressed): Promise<Drawing> {
  const actor = await desk.people.actor(principal);
  const answer = await desk.verbs.getIncident(actor, value.incidentId);
  if (answer === null) return say(safe`This incident is not known here any more.`);
  const { view } = answer;
  const cause = view.causes.find(({ id }) => id === value.hypothesisId);
  if (cause === undefined) return withCurrentState(say(safe`This is no suspect any more.`), view);
  const drawing = drawArithmetic(view, cause, { links: desk.links, recreated: false });
  return isOutdated(value, view) ? withCurrentState(drawing, view) : drawing;
}
