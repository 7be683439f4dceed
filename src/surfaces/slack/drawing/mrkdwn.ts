import { type EpochMs, epochMs } from "../../../core/ids.ts";
import { joinSafe, type Safe, safe, sliceSafe } from "../../../core/safe.ts";
import { clockTime, isoTime } from "../../../core/time.ts";

/** Text in Slack's markup. Only `md`, `escaped` and the builders below make it, so foreign text cannot bring markup along. */
export interface Mrkdwn {
  readonly mrkdwn: string;
}

/** Joins our own fixed markup with parts that are markup already: md`*Why:* ${escaped(text)}`. */
export function md(words: TemplateStringsArray, ...parts: readonly (Mrkdwn | number)[]): Mrkdwn {
  const pieces = words.map((word, index) => {
    const part = parts[index];
    if (part === undefined) return word;
    return `${word}${typeof part === "number" ? String(part) : part.mrkdwn}`;
  });
  return { mrkdwn: pieces.join("") };
}

/**
 * Safe text as markup that shows it as it is: no mention, link, date or hidden character can come out of it. A backtick
 * becomes an apostrophe, because a pair of them in two foreign texts would turn our own words between them into code.
 */
export function escaped(text: Safe): Mrkdwn {
  const words = visible(text).replaceAll("`", "'");
  return { mrkdwn: words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;") };
}

/**
 * Safe text as people can see it: one line, without control, bidirectional and zero-width characters, which could make a
 * log line read differently from what it is.
 */
export function visible(text: Safe): string {
  return text
    .toWellFormed()
    .replaceAll(/[\t\n\r\v\f\u2028\u2029]+/gu, " ")
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, "");
}

/** Safe text for a field in which people go on writing: as they can see it, with its line ends. */
export function typable(text: Safe): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?|[\v\f\u2028\u2029]/gu, "\n")
    .replaceAll(/[^\P{Cc}\n]|\p{Cf}/gu, "");
}

/** Markup with separators of ours between the parts. */
export function joinMd(parts: readonly Mrkdwn[], separator: "\n" | " · " | ", " | "; " | " " | "\n\n"): Mrkdwn {
  return { mrkdwn: parts.map(({ mrkdwn }) => mrkdwn).join(separator) };
}

/** An address as a link, or its text alone when there is no address that may be linked. */
export function linkMd(url: string | null, text: Mrkdwn): Mrkdwn {
  return url === null ? text : { mrkdwn: `<${url}|${text.mrkdwn.replaceAll("|", "¦")}>` };
}

/** An instant in the reader's own zone; where Slack cannot do that, in UTC and saying so. */
export function dateMd(at: EpochMs, format: "{time}" | "{time_secs}"): Mrkdwn {
  const fallback = format === "{time}" ? utcMinute(at) : utcClock(at);
  return { mrkdwn: `<!date^${Math.floor(at / 1000)}^${format}|${fallback}>` };
}

/**
 * Safe text as `escaped` shows it, with its instants of the day ("01:45:00Z") in the reader's own zone, because one message
 * must not mix two zones. An instant is taken to be the one nearest to `anchor`; what is quoted stays as it was said.
 */
export function escapedAt(text: Safe, anchor: EpochMs): Mrkdwn {
  const parts = instantsIn(text, anchor).map((part) =>
    typeof part === "string" ? escaped(part) : dateMd(part.atMs, "{time_secs}"),
  );
  return { mrkdwn: parts.map(({ mrkdwn }) => mrkdwn).join("") };
}

/** As `escapedAt`, leading somewhere from its words before the first time: inside a link Slack shows no dates. */
export function linkAt(url: string | null, text: Safe, anchor: EpochMs): Mrkdwn {
  const [first] = instantsIn(text, anchor);
  if (typeof first !== "string" || first === "") return escapedAt(text, anchor);
  const words = first.length - (/[ (]*$/u.exec(first)?.[0].length ?? 0);
  const rest = escapedAt(sliceSafe(text, words), anchor);
  return { mrkdwn: `${linkMd(url, escaped(sliceSafe(text, 0, words))).mrkdwn}${rest.mrkdwn}` };
}

/** Text and the instants of the day in it, in order. */
export function instantsIn(text: Safe, anchor: EpochMs): readonly (Safe | { readonly atMs: EpochMs })[] {
  const parts: (Safe | { readonly atMs: EpochMs })[] = [];
  let end = 0;
  for (const match of text.matchAll(OUR_INSTANT)) {
    const { hour = "0", minute = "0", second = "0" } = match.groups ?? {};
    const start = match.index;
    if (isQuoted(text, start)) continue;
    const ofDay = (Number(hour) * 60 + Number(minute)) * 60_000 + Number(second) * 1000;
    parts.push(sliceSafe(text, end, start), { atMs: nearest(ofDay, anchor) });
    end = start + match[0].length;
  }
  return [...parts, sliceSafe(text, end)].filter((part) => part !== "");
}

/** The same instants named as UTC, where Slack shows no dates: in titles, inside links and in quotes of our own words. */
export function inUtc(text: Safe): Safe {
  const parts: Safe[] = [];
  let end = 0;
  for (const match of text.matchAll(OUR_INSTANT)) {
    const stop = match.index + match[0].length;
    if (isQuoted(text, match.index)) continue;
    parts.push(safe`${sliceSafe(text, end, stop - 1)} UTC`);
    end = stop;
  }
  return joinSafe([...parts, sliceSafe(text, end)], "");
}

/** The text without its first "at 01:45:00Z", for where a title has no room and the timeline tells when. */
export function withoutInstant(text: Safe): Safe {
  const found = AT_INSTANT.exec(text);
  return found === null
    ? text
    : safe`${sliceSafe(text, 0, found.index)}${sliceSafe(text, found.index + found[0].length)}`;
}

const AT_INSTANT = /(?<!".*) at \d{2}:\d{2}:\d{2}Z/u;

/** How this program writes an instant of a day of which it was told before. */
const OUR_INSTANT = /(?<![\w:.-])(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d):(?<second>[0-5]\d)Z(?!\w|:\d)/gu;
const DAY_MS = 86_400_000;

function isQuoted(text: Safe, at: number): boolean {
  return (text.slice(0, at).split('"').length - 1) % 2 === 1;
}

function nearest(ofDayMs: number, anchor: EpochMs): EpochMs {
  const midnight = Math.floor(anchor / DAY_MS) * DAY_MS;
  const days = [-1, 0, 1].map((day) => midnight + day * DAY_MS + ofDayMs);
  const [best = anchor] = days.toSorted((a, b) => Math.abs(a - anchor) - Math.abs(b - anchor));
  return epochMs(best);
}

/** A day and a time in the reader's own zone, for what may be older than today. */
export function dayMd(at: EpochMs): Mrkdwn {
  const fallback = safe`${sliceSafe(isoTime(at), 0, 10)} ${utcMinute(at)}`;
  return { mrkdwn: `<!date^${Math.floor(at / 1000)}^{date_short_pretty} {time}|${fallback}>` };
}

/** "01:45 UTC", where seconds tell nothing. */
export function utcMinute(at: EpochMs): Safe {
  return safe`${sliceSafe(clockTime(at), 0, 5)} UTC`;
}

/** "01:45:00 UTC". */
export function utcClock(at: EpochMs): Safe {
  return safe`${sliceSafe(clockTime(at), 0, 8)} UTC`;
}

/** Markup with something to see in it: Slack refuses an empty text. */
export function seenMd(text: Mrkdwn): Mrkdwn {
  return text.mrkdwn.trim() === "" ? { mrkdwn: "-" } : text;
}

/** Cuts markup to `length` characters and says so, never inside a link, a date or an escaped character. */
export function cutMd(text: Mrkdwn, length: number): Mrkdwn {
  if (text.mrkdwn.length <= length) return text;
  const mark = "… (cut)";
  const whole = text.mrkdwn
    .slice(0, length - mark.length)
    .toWellFormed()
    .replace(/\uFFFD$/u, "")
    .replace(/<[^>]*$/u, "")
    .replace(/&[a-z]*$/u, "");
  return { mrkdwn: `${whole}${mark}` };
}
