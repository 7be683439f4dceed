import type { Backend } from "./faults.ts";

/** What has to go on so that a fail point is reached. */
export type Needs =
  /** Webhooks are enough. */
  | "work"
  /** A person has to correct something. */
  | "people"
  /** A person has to vote on a cause. */
  | "votes"
  /** Slack has to leave posts without an answer, stored or not. */
  | "lost-answers"
  /** Slack has to leave edits without an answer. */
  | "lost-edits"
  /** Slack has to carry posts out twice, without an answer. */
  | "doubles"
  /** PagerDuty has to leave notes without an answer, stored or not. */
  | "lost-notes"
  /** An incident has to change after its note stands. */
  | "note-edits"
  /** Slack has to ask for pauses. */
  | "rate-limits"
  /** The queue has to be away. */
  | "no-queue"
  /** The queue has to answer readers and refuse what is written. */
  | "full-queue";

/** Every fail point of the program, and how the sweep gets there. A test compares this list with the code, both ways. */
export const FAIL_POINTS = {
  "hook.after-body": "work",
  "hook.before-answer": "work",
  "inbox.before-commit": "work",
  "inbox.after-commit": "work",
  "inbox.before-processed": "work",
  "inbox.after-processed": "work",
  "relay.after-claim": "work",
  "relay.after-wake": "work",
  "relay.after-give-back": "full-queue",
  "worker.after-own-claim": "no-queue",
  "job.after-wake": "work",
  "job.after-locks": "work",
  "job.after-begin": "work",
  "job.before-settle": "work",
  "job.after-settle": "work",
  "incident.after-fact": "work",
  "incident.before-jobs": "work",
  "incident.before-commit": "work",
  "incident.after-commit": "work",
  "note.before-commit": "work",
  "note.after-commit": "work",
  "correction.before-commit": "people",
  "correction.after-commit": "people",
  "vote.before-commit": "votes",
  "vote.after-commit": "votes",
  "analysis.before-commit": "work",
  "analysis.after-commit": "work",
  "archive.before-commit": "work",
  "archive.after-commit": "work",
  "message.after-open": "work",
  "message.before-move": "work",
  "message.after-move": "work",
  "slack.after-claim": "work",
  "slack.before-post": "work",
  "slack.after-post": "work",
  "slack.after-posted": "work",
  "slack.before-update": "work",
  "slack.after-update": "work",
  "slack.after-edited": "work",
  "slack.after-limited": "rate-limits",
  "slack.after-unknown": "lost-answers",
  "slack.before-lookup": "lost-answers",
  "slack.after-lookup": "lost-answers",
  "slack.after-adopted": "lost-answers",
  "slack.after-missing": "lost-answers",
  "slack.after-unsure-edit": "lost-edits",
  "slack.before-delete": "doubles",
  "slack.after-delete": "doubles",
  "slack.before-upload": "work",
  "slack.after-upload": "work",
  "pagerduty.after-claim": "work",
  "pagerduty.after-post": "work",
  "pagerduty.after-posted": "work",
  "pagerduty.before-update": "note-edits",
  "pagerduty.after-update": "note-edits",
  "pagerduty.after-edited": "note-edits",
  "pagerduty.after-unknown": "lost-notes",
  "pagerduty.before-lookup": "lost-notes",
  "pagerduty.after-lookup": "lost-notes",
  "pagerduty.after-adopted": "lost-notes",
  "pagerduty.after-missing": "lost-notes",
} as const satisfies Readonly<Record<string, Needs>>;

export type FailPoint = keyof typeof FAIL_POINTS;

/** What the sweep can get to: only a Redis can be taken away without everything else. */
export function reachableWith(backend: Backend): readonly FailPoint[] {
  return Object.keys(FAIL_POINTS)
    .filter(isFailPoint)
    .filter((name) => backend === "redis" || !isOutage(FAIL_POINTS[name]));
}

/** Where a worker can stand still while the web goes on. */
export function standingStill(): readonly FailPoint[] {
  const ofWeb = /^(?:hook\.|inbox\.(?:before|after)-commit$|correction\.|vote\.)/u;
  return reachableWith("postgresql").filter((name) => !ofWeb.test(name));
}

export type Outage = Extract<Needs, "no-queue" | "full-queue">;

export function isOutage(needs: Needs): needs is Outage {
  return needs === "no-queue" || needs === "full-queue";
}

function isFailPoint(name: string): name is FailPoint {
  return Object.hasOwn(FAIL_POINTS, name);
}
