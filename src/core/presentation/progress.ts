import type { IncidentId } from "../ids.ts";
import { type Safe, safe } from "../safe.ts";
import { counted } from "./words.ts";

/** How far the first look at an incident is. Shown only while it runs; the causes take its place. */
export interface ProgressView {
  readonly incidentId: IncidentId;
  /** The page of this incident; null when no public URL is known. */
  readonly pageUrl: Safe | null;
  /** In the order in which they are shown, the ranking last. */
  readonly tasks: readonly ProgressTask[];
}

export interface ProgressTask {
  /** Stable over the whole run, ours: "logs", "changes", "rank". */
  readonly id: string;
  /** "Logs (CloudWatch)". */
  readonly title: Safe;
  readonly status: "pending" | "in-progress" | "complete" | "error";
  /** One short sentence, such as "3 changes in 60 min" or "timed out after 10 s"; null when there is nothing to say. */
  readonly note: Safe | null;
}

/** "2 of 4 checks done, 1 failed": a failed check is not a done one. */
export function progressWords({ tasks }: ProgressView): Safe {
  const count = (status: ProgressTask["status"]) => tasks.filter((task) => task.status === status).length;
  const failed = count("error");
  const done = safe`${count("complete")} of ${counted(tasks.length, "check", "checks")} done`;
  return failed === 0 ? done : safe`${done}, ${failed} failed`;
}
