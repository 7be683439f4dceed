import { ALL_WORDS, isWord, type Word } from "./words.ts";

export type Request =
  | { readonly kind: "word"; readonly word: Word; readonly rest: string }
  | { readonly kind: "unknown"; readonly typed: string; readonly closest: Word | null };

const CLOSE_ENOUGH = 3;
const MAX_TEXT = 4000;
const MAX_DISTANCE_MS = 7 * 24 * 60 * 60_000;

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

/** What a service and a distance in time were typed as; each null when it was left out. */
export interface ServiceAndTime {
  readonly service: string | null;
  readonly sinceMs: number | null;
}

/** "checkout 30m", "checkout" or "30m". A distance is at most seven days. */
export function parseServiceAndTime(rest: string): ServiceAndTime {
  const match = /^(?<service>.*?)(?:^|\s+)(?<amount>\d{1,4})\s?(?<unit>m|min|h|d)$/u.exec(rest.trim());
  if (match?.groups === undefined) return { service: named(rest), sinceMs: null };
  const { service = "", amount = "0", unit = "m" } = match.groups;
  const unitMs = unit === "d" ? 86_400_000 : unit === "h" ? 3_600_000 : 60_000;
  return { service: named(service), sinceMs: Math.min(Number(amount) * unitMs, MAX_DISTANCE_MS) };
}

function named(text: string): string | null {
  const name = text.trim();
  return name === "" ? null : name;
}

/** The id of an incident in front of the rest: "INC-7 rolled back". */
export function leadingId(rest: string): { readonly id: string; readonly rest: string } | null {
  const match = /^(?<id>inc-\d{1,12})(?:\s+(?<rest>.*))?$/iu.exec(rest.trim());
  const { id, rest: others = "" } = match?.groups ?? {};
  return id === undefined ? null : { id: id.toUpperCase(), rest: others.trim() };
}

/** An address over http or https with a host, and the words after it; null when the first word is none. */
export function parseLink(rest: string): { readonly url: string; readonly title: string } | null {
  const [first = "", ...others] = rest.trim().split(/\s+/u);
  if (!/^https?:\/\//iu.test(first) || !URL.canParse(first)) return null;
  const { href, username, password } = new URL(first);
  // A name in front of the host makes an address look like one of another host.
  return username === "" && password === "" ? { url: href, title: others.join(" ") } : null;
}

const SPAN = /^(?<from>\d{1,2}:\d{2})\s*(?:-|–|to)\s*(?<to>\d{1,2}:\d{2})$/u;
const CLOCK = /^(?:[01]\d|2[0-3]):[0-5]\d$/u;

/** "22:00-7:00" as two times of day; null when it does not read like that. */
export function parseSpan(text: string): { readonly from: string; readonly to: string } | null {
  const { from = "", to = "" } = SPAN.exec(text.trim())?.groups ?? {};
  const span = { from: from.padStart(5, "0"), to: to.padStart(5, "0") };
  return CLOCK.test(span.from) && CLOCK.test(span.to) && span.from !== span.to ? span : null;
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
