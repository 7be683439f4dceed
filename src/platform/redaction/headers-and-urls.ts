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
  /((?:proxy-)?authorization(?:\\{0,16}["'])?\]?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}(?:\\{0,16}["'])?)(?:((?:digest|mac|aws4-hmac-sha256|oauth|hawk|signature)[ \t]{1,4})[^\r\n]*|((?:bearer|basic|token|negotiate|ntlm|api-?key|splunk|genie ?key|ssws|pat|bot|sso-key|oauth2?|key)[ \t]{1,4})?([^\s"',;\\]{1,8000}))/giu;
const NO_CREDENTIAL =
  /^(?:\[redacted.*|null|none|missing|required|failed|denied|invalid|expired|undefined|true|false|ok|bearer|basic)$/iu;
const BARE_SCHEME = /\b(bearer|basic)([ \t]{1,4}|%20|\+)([\w.~+/-]{8,8000}={0,2})/giu;
const COOKIE = /((?:set-)?cookie2?(\\{0,16}["'])?\]?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}(\\{0,16}["'])?)/giu;
const USER_INFO = /([a-z][a-z0-9+.-]{1,20}:\/\/)([^\s/?#"'<>\\]{1,512})@/giu;
const QUERY_SECRET =
  /([?&;](?:key|sig|signature|x-amz-signature|x-goog-signature|auth|sid|hmac|api_?key)=)([^\s&#"'<>\\]{8,4000})/giu;
/** Credentials in one blob: the login of a registry in JSON, and of a mail server. */
const LOGIN_BLOB =
  /(["']auth\\{0,16}["']\s{0,4}:\s{0,4}\\{0,16}["']|\bAUTH(?: |%20|\+)(?:PLAIN|LOGIN)(?: |%20|\+))([\w+/-]{8,4000}={0,2})/gu;
const SQL_PASSWORD =
  /(IDENTIFIED (?:BY|WITH \w{1,40} (?:BY|AS))|WITH PASSWORD|SET PASSWORD(?: FOR [^=\n]{1,80})? =)( PASSWORD)? ?(?:\\{0,16}'[^'\n]{0,400}'?|\\{0,16}"[^"\n]{0,400}"?)/giu;
const NETRC = /(\blogin[ \t]{1,4}\S{1,200}[ \t]{1,4}password[ \t]{1,4})(\S{1,400})/giu;
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
const QUOTES = charactersOf("\"'");
const EQUALS = charactersOf("=");
const AUTH_WORD = charactersOf("auth");
const MIN_BLOB = 8;
const LOGIN_WORD = charactersOf("login");
const IDENTIFIED_WORD = charactersOf("identified");
const PASSWORD_WORD = charactersOf("password");
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
    mayMatch: (holds) => holds.longestRun >= MIN_BLOB && mayHoldWord(holds, AUTH_WORD),
    apply: (text) => (/auth/iu.test(text) ? text.replace(LOGIN_BLOB, "$1[redacted-credential]") : text),
  },
  {
    mayMatch: (holds) => mayHoldWord(holds, PASSWORD_WORD) && mayHoldWord(holds, LOGIN_WORD),
    apply: (text) => (/login/iu.test(text) ? text.replace(NETRC, "$1[redacted-password]") : text),
  },
  {
    mayMatch: (holds) =>
      holdsAny(holds, QUOTES) && (mayHoldWord(holds, IDENTIFIED_WORD) || mayHoldWord(holds, PASSWORD_WORD)),
    apply: (text) => (/identified|password/iu.test(text) ? text.replace(SQL_PASSWORD, "$1 [redacted-password]") : text),
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
