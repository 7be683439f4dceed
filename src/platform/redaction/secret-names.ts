/** Words that make a name secret. What follows them in the name is checked by `TAIL`. */
export const SECRET_WORD =
  /pass(?:word|wd|phrase|code)|pwd|secret|token|credentials?|api[_\- ]?key|(?:access|account|private|signing|encryption|auth|master|shared|client|app|service|license)[_-]?key|jsessionid|phpsessid|connect\.sid|(?<![a-z])(?:jwt|cvv|cvc|ssn|_auth)/giu;
/** "token_secret", "password1" and "password.value" hold secrets; "token_type", "secretName" and "token-service" do not. */
export const TAIL =
  /^(?:e?s|\d{1,4}|[._-]?(?:value|val|hash|b64|base64|text|plain|plaintext|raw|old|new|current|previous|prod|production|dev|test|staging|confirm|confirmation|again|key|string|data|header|primary|secondary)[_\d]{0,4})?$/iu;
/** The same, cheap: most lines hold none of these. */
export const MAY_NAME_SECRET = /pass|pwd|secret|token|credential|key|sessid|connect\.sid|jwt|cvv|cvc|ssn|_auth/iu;
const HEADER_NAME = /(?:^|[_-])(?:authorization|cookie)$/iu;
/** How many there are: a number under such a name is a count. */
const PLURAL = /s$/iu;
const TOKENS = /tokens$/iu;

/**
 * Which values may not be shown under a name, whatever they look like: none; texts, because a number there is a count
 * ("max_tokens"); or texts and numbers. True and false tell no secret.
 */
export type Hides = "nothing" | "texts" | "all";

/** What a name hides. A dotted one is the way to a field, and what is below a secret is a part of it unless it only describes it. */
export function hiddenUnder(name: string): Hides {
  const way = wayOf(name);
  const field = way.at(-1) ?? "";
  if (isSecretWord(field) || isSecretName(name)) return PLURAL.test(field) ? "texts" : "all";
  const above = way.slice(0, -1).findLast(isSecretWord);
  return above === undefined ? "nothing" : partOf(above, field);
}

/** What a field hides that stands below a secret of this name. */
export function hiddenBelow(secret: string, name: string): Hides {
  const own = hiddenUnder(name);
  return own === "nothing" ? partOf(wayOf(secret).at(-1) ?? "", wayOf(name).at(-1) ?? "") : own;
}

/** True when a text under this name must not be shown, whatever it looks like. */
function isSecretName(name: string): boolean {
  if (!MAY_NAME_SECRET.test(name)) return false;
  for (const match of name.matchAll(SECRET_WORD)) {
    if (TAIL.test(name.slice(match.index + match[0].length))) return true;
  }
  return false;
}

function isSecretWord(word: string): boolean {
  return HEADER_NAME.test(word) || isSecretName(word);
}

/** The parts of a dotted name. What stands before a slash is a domain: "secret.reloader.example.com/reload". */
function wayOf(name: string): readonly string[] {
  return name.slice(name.lastIndexOf("/") + 1).split(".");
}

function partOf(secret: string, field: string): Hides {
  if (DESCRIBING.has(lastWord(field))) return "nothing";
  return PLURAL.test(field) || TOKENS.test(secret) ? "texts" : "all";
}

/** "expires_in", "secretName" and "default-mode" end with the words in, name and mode. */
function lastWord(field: string): string {
  const words = field.replaceAll(/([a-z\d])(?=[A-Z])/gu, "$1 ").split(/[\s_-]+/u);
  return (words.at(-1) ?? "").toLowerCase();
}

/** What is said of a secret without being one: its name, place, kind, age and use. */
const DESCRIBING: ReadonlySet<string> = new Set(
  [
    "name type kind version format algorithm alg encoding policy pattern description title label prefix typ kid",
    "namespace uid arn path file dir mode provider source store backend url uri endpoint host hostname port address region",
    "issuer iss audience aud subject sub scope scopes owner user username email fingerprint",
    "ttl age expiry expiration expires exp iat nbf at in on until since before after time timestamp date",
    "count total sum usage used limit max min size length len capacity remaining level index position line",
    "duration latency seconds secs ms millis minutes hours days interval lag rate",
    "status state result outcome valid enabled disabled required optional present missing changed error reason message",
  ].flatMap((words) => words.split(" ")),
);
