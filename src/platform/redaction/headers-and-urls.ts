import {
  type Characters,
  charactersOf,
  holdsAny,
  mayHold,
  mayHoldWord,
  type SeenText,
  seeAfter,
} from "./characters.ts";

const AUTHORIZATION =
  /((?:proxy-)?authorization(?:\\{0,4}["'])?\]?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}(?:\\{0,4}["'])?)(?:((?:digest|mac|aws4-hmac-sha256|oauth|hawk|signature)[ \t]{1,4})[^\r\n]*|((?:bearer|basic|token|negotiate|ntlm|apikey|splunk|genie ?key)[ \t]{1,4})?([^\s"',;\\]{1,8000}))/giu;
const NO_CREDENTIAL =
  /^(?:\[redacted.*|null|none|missing|required|failed|denied|invalid|expired|undefined|true|false|ok|bearer|basic)$/iu;
const BARE_SCHEME = /\b(bearer|basic)([ \t]{1,4}|%20|\+)([\w.~+/-]{8,8000}={0,2})/giu;
const COOKIE = /((?:set-)?cookie2?(\\{0,4}["'])?\]?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}(\\{0,4}["'])?)/giu;
const USER_INFO = /([a-z][a-z0-9+.-]{1,20}:\/\/)([^\s/?#"'<>\\]{1,512})@/giu;
const QUERY_SECRET =
  /([?&;](?:key|sig|signature|x-amz-signature|x-goog-signature|auth|sid|hmac|api_?key)=)([^\s&#"'<>\\]{8,4000})/giu;
const CURL_USER = /(\s(?:-u|--user|--proxy-user)[ =]["']?)([^\s:"']{1,200}):([^\s"']{1,400})/gu;

interface Rule {
  /** Cheap: says no for most texts, and never wrongly. */
  readonly mayMatch: (holds: Characters) => boolean;
  readonly apply: (text: string) => string;
}

const AUTHORIZATION_WORD = charactersOf("authorization");
const BEARER = charactersOf("bearer");
const BASIC = charactersOf("basic");
const COOKIE_WORD = charactersOf("cookie");
const SEPARATORS = charactersOf(":=");
const URL_WITH_USER = charactersOf(":/@");
const EQUALS = charactersOf("=");
const PARAMETERS = charactersOf("?&;");
const COLON = charactersOf(":");

const RULES: readonly Rule[] = [
  {
    mayMatch: (holds) => holdsAny(holds, SEPARATORS) && mayHoldWord(holds, AUTHORIZATION_WORD),
    apply: (text) => (/authorization/iu.test(text) ? text.replace(AUTHORIZATION, hideAuthorization) : text),
  },
  {
    mayMatch: (holds) => mayHoldWord(holds, BEARER) || mayHoldWord(holds, BASIC),
    apply: (text) => (/bearer|basic/iu.test(text) ? text.replace(BARE_SCHEME, hideScheme) : text),
  },
  {
    mayMatch: (holds) => holdsAny(holds, SEPARATORS) && mayHoldWord(holds, COOKIE_WORD),
    apply: (text) => (/cookie/iu.test(text) ? hideCookies(text) : text),
  },
  {
    mayMatch: (holds) => mayHold(holds, URL_WITH_USER),
    apply: (text) => text.replace(USER_INFO, "$1[redacted-userinfo]@"),
  },
  {
    mayMatch: (holds) => mayHold(holds, EQUALS) && holdsAny(holds, PARAMETERS),
    apply: (text) => text.replace(QUERY_SECRET, "$1[redacted-secret]"),
  },
  {
    mayMatch: (holds) => mayHold(holds, COLON),
    apply: (text) => (/curl|--user|--proxy-user/u.test(text) ? text.replace(CURL_USER, "$1[redacted-userinfo]") : text),
  },
];

/** Takes credentials out of headers, cookies, URLs and command lines, and leaves the rest readable. */
export function redactHeadersAndUrls(seen: SeenText): SeenText {
  let now = seen;
  for (const { mayMatch, apply } of RULES) {
    if (mayMatch(now.holds)) now = seeAfter(now, apply(now.text));
  }
  return now;
}

function hideAuthorization(...match: (string | undefined)[]): string {
  const [whole = "", head = "", longScheme, scheme = "", value = ""] = match;
  if (longScheme) return `${head}${longScheme}[redacted-credential]`;
  return NO_CREDENTIAL.test(value) ? whole : `${head}${scheme}[redacted-credential]`;
}

/** "Basic authentication failed" is prose; a credential has digits, mixed case or length. */
function hideScheme(...match: (string | undefined)[]): string {
  const [whole = "", scheme = "", gap = "", value = ""] = match;
  const looksRandom =
    /\d/u.test(value) || (/[a-z]/u.test(value) && /[A-Z]/u.test(value.slice(1))) || value.length >= 32;
  return looksRandom ? `${scheme}${gap}[redacted-credential]` : whole;
}

const NO_COOKIE = /^(?:\s*$|\[redacted-cookie\]|null|none|missing|undefined|true|false|\{\}|\[\])/iu;

function hideCookies(text: string): string {
  let result = "";
  let at = 0;
  for (const match of text.matchAll(COOKIE)) {
    const start = match.index + match[0].length;
    if (match.index < at) continue;
    const end = endOfValue(text, start, match[3]);
    if (NO_COOKIE.test(text.slice(start, end))) continue;
    result += `${text.slice(at, start)}[redacted-cookie]`;
    at = end;
  }
  return result + text.slice(at);
}

/** A quoted header ends at its quote, a bare one (cookies hold spaces and semicolons) with its line. */
function endOfValue(text: string, start: number, quote: string | undefined): number {
  const newline = text.indexOf("\n", start);
  const lineEnd = newline === -1 ? text.length : newline;
  if (!quote) return lineEnd;
  for (let end = text.indexOf(quote, start); end !== -1 && end < lineEnd; end = text.indexOf(quote, end + 1)) {
    if (text[end - 1] !== "\\") return end;
  }
  return lineEnd;
}
