import { type Safe, safe } from "../../core/safe.ts";

export interface WordHelp {
  readonly usage: Safe;
  readonly does: Safe;
}

/** Every word that works after the slash command and after a mention. */
export const WORDS = {
  help: { usage: safe`help`, does: safe`shows these words` },
  list: { usage: safe`list`, does: safe`shows the open incidents` },
  investigate: {
    usage: safe`investigate <service> [30m, 2h, 1d]`,
    does: safe`looks into a service without an alert, from that long ago on`,
  },
  status: { usage: safe`status [incident]`, does: safe`says where an incident stands` },
  why: { usage: safe`why [incident]`, does: safe`shows the possible causes, with what speaks for and against each` },
  timeline: { usage: safe`timeline [incident]`, does: safe`shows what happened, in order` },
  postmortem: { usage: safe`postmortem [incident]`, does: safe`drafts the postmortem into the thread` },
  note: { usage: safe`note <text>`, does: safe`adds a note to the timeline` },
  ack: { usage: safe`ack [incident]`, does: safe`acknowledges it where the alert came from, as you` },
  resolve: { usage: safe`resolve [incident]`, does: safe`resolves it where the alert came from, as you` },
} satisfies Record<string, WordHelp>;

export type Word = keyof typeof WORDS;

export type Request =
  | { readonly kind: "word"; readonly word: Word; readonly rest: string }
  | { readonly kind: "unknown"; readonly typed: string; readonly closest: Word | null };

const ALL_WORDS = Object.keys(WORDS).filter(isWord);
const CLOSE_ENOUGH = 3;
const MAX_TEXT = 4000;

/** Reads what a person typed after the command or the mention. Nothing typed means help. */
export function parseRequest(text: string): Request {
  const [first = "", ...others] = unescaped(text.slice(0, MAX_TEXT)).trim().split(/\s+/u);
  const typed = first.toLowerCase();
  if (typed === "") return { kind: "word", word: "help", rest: "" };
  if (isWord(typed)) return { kind: "word", word: typed, rest: others.join(" ") };
  return { kind: "unknown", typed: first, closest: closestWord(typed.slice(0, 30)) };
}

/** Drops the mentions of the bot at the beginning of a message. */
export function withoutMention(text: string): string {
  return text.replace(/^(?:\s*<@[^>]{1,40}>[\s:,]*)+/u, "");
}

/** "checkout 30m" as a service and a distance in ms; the distance is null when none was given. */
export function parseInvestigate(rest: string): { readonly service: string; readonly sinceMs: number | null } {
  const match = /^(?<service>.*?)\s+(?<amount>\d{1,4})\s?(?<unit>m|min|h|d)$/u.exec(rest.trim());
  if (match?.groups === undefined) return { service: rest.trim(), sinceMs: null };
  const { service = "", amount = "0", unit = "m" } = match.groups;
  const unitMs = unit === "d" ? 86_400_000 : unit === "h" ? 3_600_000 : 60_000;
  return { service: service.trim(), sinceMs: Number(amount) * unitMs };
}

function isWord(text: string): text is Word {
  return Object.hasOwn(WORDS, text);
}

/** Slack escapes three characters and wraps addresses; people meant what they typed. */
function unescaped(text: string): string {
  return text
    .replaceAll(/<(https?:[^|>]+)(?:\|[^>]*)?>/gu, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

function closestWord(typed: string): Word | null {
  const ranked = ALL_WORDS.map((word) => ({ word, steps: editSteps(typed, word) })).toSorted(
    (a, b) => a.steps - b.steps,
  );
  const best = ranked[0];
  return best !== undefined && best.steps <= Math.min(CLOSE_ENOUGH, best.word.length - 1) ? best.word : null;
}

/** How many letters must be added, removed or replaced to get from one word to the other. */
function editSteps(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [line, letter] of from.split("").entries()) {
    const next = [line + 1];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min((row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
