import { isJson } from "../../../dev/slack/json.ts";
import { type Safe } from "../../../src/core/safe.ts";
import { passed } from "./sample-answers.ts";

/** What attackers and broken programs put into titles, log lines, commit messages and names. */
export const HOSTILE_TO_SLACK = [
  "<!channel>",
  "<!here|here>",
  "<!everyone>",
  "<@U1>",
  "<@U1|ada>",
  "<#C1|general>",
  "<!subteam^S1|@oncall>",
  "<!date^0^{date}^https://evil.example|now>",
  "@here",
  "@channel",
  "&lt;!channel&gt;",
  "&amp;lt;@U1&amp;gt;",
  "&#60;!here&#62;",
  "<https://evil.example/a|your invoice>",
  "<mailto:a@evil.example|mail>",
  "<javascript:alert(1)|x>",
  "https://evil.example/path?a=b|c>d",
  "[press](https://evil.example)",
  "![](https://evil.example/p.png)",
  "*bold* _slanted_ ~gone~ `code` ```block```",
  ":red_circle: :rotating_light:",
  "> quoted\n>>> more",
  "| a | b |\n|---|---|",
  "<|>",
  "<",
  ">",
  "&",
  "<<!channel>>",
  "<!\u200Bchannel>",
  "<@\u202EU1>",
  "\u0000\u0007\b\u001B",
  "\u001B[31mred\u001B[0m \u001B]8;;https://evil.example\u0007link\u001B]8;;\u0007",
  "\u009B31m",
  "\u202A\u202B\u202D\u202Eevil\u202C\u2066\u2067\u2068\u2069",
  "a\u200Bb\u200Cc\u200Dd\uFEFFe\u00ADf\u2060g",
  "\u2028\u2029\v\f\r\n\t",
  "\uD800",
  "\uDC00x",
  "\uD83D",
  "👩‍👩‍👧‍👦",
  "Z\u0351\u036B\u0343algo",
  "\u{E0041}\u{E0042}",
  "\\u003c!channel\\u003e",
  "%3C!channel%3E",
  "</script><!--",
  "${process.env.HOME}",
  '","type":"mrkdwn","text":"<!channel>',
  "deploy v412",
  "ECONNRESET ledger:8443",
  " ",
] as const;

/** Strings made of these pieces, some of them very long; the same seed gives the same strings. */
export function hostileTexts(count: number, seed: number): readonly Safe[] {
  const random = randomFrom(seed);
  const below = (most: number) => Math.floor(random() * most);
  const piece = () => HOSTILE_TO_SLACK[below(HOSTILE_TO_SLACK.length)] ?? "";
  return Array.from({ length: count }, () => {
    const words = Array.from({ length: 1 + below(6) }, piece).join(below(2) === 0 ? "" : " ");
    const kind = below(40);
    if (kind === 0) return passed(words.repeat(1 + below(400)));
    if (kind === 1) return passed("x".repeat(below(9000)) + words);
    return passed(words);
  });
}

/** A small generator (mulberry32), so that a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Where our own links may lead. */
const OWN_HOSTS =
  /^https:\/\/(?:(?:[a-z0-9-]+\.)*(?:github\.com|pagerduty\.com|gitlab\.com|bitbucket\.org)|traceops\.example\.com)(?:[/?#]|$)/u;
/** All that may stand between angle brackets in our markup. */
const OWN_BRACKET =
  /^(?:!date\^\d+\^\{(?:time|time_secs|date_short|date_short_pretty|date_num|date|date_long|date_pretty|ago)\}(?:[^<>]*)?\|[^<>|]*|https:\/\/[^<>|\s]+(?:\|[^<>|]*)?)$/u;
const HIDDEN = /[\p{Cc}\p{Cf}\u2028\u2029]/u;
const ADDRESS_KEYS = new Set(["url", "image_url", "thumb_url", "video_url", "title_url", "url_private"]);
/** JSON of ours for ourselves: nobody reads it. */
const UNSEEN_KEYS = new Set(["value", "private_metadata"]);
const PINGING = new Set(["user", "usergroup", "channel", "broadcast", "team"]);

/** What foreign text managed to do in a payload, one line each; empty when it only stands there to be read. */
export function mischiefIn(payload: unknown): readonly string[] {
  return inValue(payload, { key: "", isMarkup: false });
}

interface Place {
  readonly key: string;
  readonly isMarkup: boolean;
}

function inValue(value: unknown, place: Place): readonly string[] {
  if (typeof value === "string") return inText(value, place);
  if (Array.isArray(value)) return value.flatMap((item) => inValue(item, place));
  if (!isJson(value)) return [];
  const isMarkup =
    value["type"] === "mrkdwn" || value["type"] === "markdown" || (place.key === "" && "blocks" in value);
  const ping = PINGING.has(String(value["type"]))
    ? [`a rich text element that reaches people: ${JSON.stringify(value)}`]
    : [];
  return [
    ...ping,
    ...Object.entries(value).flatMap(([key, inner]) => inValue(inner, { key, isMarkup: isMarkup && key === "text" })),
  ];
}

function inText(text: string, { key, isMarkup }: Place): readonly string[] {
  const wrong = (what: string) => [`${what} in ${key}: ${JSON.stringify(text.slice(0, 200))}`];
  return [
    ...(!UNSEEN_KEYS.has(key) && HIDDEN.test(isMarkup || key === "initial_value" ? text.replaceAll("\n", "") : text)
      ? wrong("a hidden character")
      : []),
    ...(text.isWellFormed() ? [] : wrong("half a character")),
    ...(ADDRESS_KEYS.has(key) && !OWN_HOSTS.test(text) ? wrong("a foreign address") : []),
    ...(isMarkup ? brackets(text).flatMap((inside) => (isOurs(inside) ? [] : wrong(`<${inside}>`))) : []),
  ];
}

/** What Slack would read between angle brackets, the unclosed ones included. */
function brackets(text: string): readonly string[] {
  return [...text.matchAll(/<([^>]*)>?/gu)].map(([, inside = ""]) => inside);
}

function isOurs(inside: string): boolean {
  if (!OWN_BRACKET.test(inside)) return false;
  return inside.startsWith("!date") ? !inside.includes("http") : OWN_HOSTS.test(inside.split("|")[0] ?? "");
}
