import { epochMs, stableHash } from "../../../core/ids.ts";
import type { ProgressView } from "../../../core/presentation/progress.ts";
import type { ChangeOfMind, IncidentView } from "../../../core/presentation/view.ts";
import type { DrawOptions, MessageKind } from "./draw.ts";
import { type Drawing, type Form, finish, type SlackMessage } from "./message.ts";
import { drawChange } from "./render-change.ts";
import { drawHypotheses } from "./render-hypotheses.ts";
import { drawProgress } from "./render-progress.ts";
import { drawRoot } from "./render-root.ts";
import { drawTimeline } from "./render-timeline.ts";

/** What one message of an incident is drawn from. */
export type Subject =
  | { readonly kind: "root" | "timeline" | "hypotheses"; readonly view: IncidentView }
  /** The causes' message while they are being looked for. */
  | { readonly kind: "hypotheses"; readonly view: IncidentView; readonly progress: ProgressView }
  | { readonly kind: "change"; readonly view: IncidentView; readonly change: ChangeOfMind };

/** One message in Slack's format. `edition` grows with every edit. Pure: the same input gives the same message. */
export function render(subject: Subject, options: DrawOptions & { readonly edition: number }): SlackMessage {
  return finish(draw(subject, options), options.edition);
}

/** The forms to offer Slack, newest first. Kinds without new blocks have no "new" form of their own. */
export function formsOf(kind: MessageKind): readonly Form[] {
  return kind === "timeline" || kind === "hypotheses" ? ["new", "classic", "plain"] : ["classic", "plain"];
}

/**
 * A hash of what people would see. Two answers that differ only in revision or in the time of the last look have the
 * same hash: no message is edited to move a clock.
 */
export function bodyHash(subject: Subject, options: Omit<DrawOptions, "form">): string {
  const view = { ...subject.view, revision: 0, updatedAtMs: epochMs(0), elapsedMs: null };
  return stableHash(JSON.stringify(draw({ ...subject, view }, { ...options, form: "new" })));
}

function draw(subject: Subject, options: DrawOptions): Drawing {
  if (subject.kind === "change") return drawChange(subject.view, subject.change, options);
  if ("progress" in subject) return drawProgress(subject.progress, options);
  return DRAW[subject.kind](subject.view, options);
}

const DRAW = { root: drawRoot, timeline: drawTimeline, hypotheses: drawHypotheses };
