import type { KnownBlock, TaskCardBlock } from "@slack/types";
import { type ProgressTask, type ProgressView, progressWords } from "../../../core/presentation/progress.ts";
import { cutSafe, ownWords, type Safe, safe } from "../../../core/safe.ts";
import { richSection, richText, section } from "./blocks.ts";
import type { DrawOptions } from "./draw.ts";
import { CARD, LIMITS } from "./limits.ts";
import type { Drawing } from "./message.ts";
import { escaped, joinMd, type Mrkdwn, md, visible } from "./mrkdwn.ts";

/** What is being looked at right now. It stands where the causes will stand and is replaced by them. */
export function drawProgress(progress: ProgressView, options: DrawOptions): Drawing {
  const id = ownWords(progress.incidentId);
  const text = escaped(safe`TraceOps is investigating ${id}: ${progressWords(progress)}.`);
  if (options.form === "plain") return { text, blocks: [] };
  const tasks = progress.tasks.slice(0, CARD.tasks);
  return { text, blocks: [options.form === "new" ? plan(id, tasks) : list(progress, tasks)] };
}

function plan(id: Safe, tasks: readonly ProgressTask[]): KnownBlock {
  return { type: "plan", block_id: "plan", title: visible(safe`Investigating ${id}`), tasks: tasks.map(card) };
}

function card({ id, title, status, note }: ProgressTask): TaskCardBlock {
  const words = note === null ? null : cutSafe(note, CARD.reason);
  return {
    type: "task_card",
    task_id: id.slice(0, LIMITS.blockId),
    title: visible(cutSafe(title, LIMITS.containerTitle)) || "-",
    status: status === "in-progress" ? "in_progress" : status,
    ...(words === null ? {} : { output: { type: "rich_text", elements: [richSection([richText(words)])] } }),
  };
}

/** The same in words, grouped by how far each is; a failed one says why. */
function list(progress: ProgressView, tasks: readonly ProgressTask[]): KnownBlock {
  const id = ownWords(progress.incidentId);
  const lines = STATUS_WORDS.flatMap(([status, words]) => {
    const named = tasks.filter((task) => task.status === status).map(taskWords);
    return named.length === 0 ? [] : [md`*${escaped(words)}:* ${joinMd(named, "; ")}`];
  });
  const head = md`*Investigating ${escaped(id)}:* ${escaped(progressWords(progress))}`;
  return section("plan", joinMd([head, ...lines], "\n"));
}

const STATUS_WORDS = [
  ["complete", safe`Done`],
  ["error", safe`Failed`],
  ["in-progress", safe`Running`],
  ["pending", safe`Waiting`],
] as const;

function taskWords({ title, note }: ProgressTask): Mrkdwn {
  const name = escaped(cutSafe(title, LIMITS.containerTitle));
  return note === null ? name : md`${name} (${escaped(cutSafe(note, CARD.line))})`;
}
