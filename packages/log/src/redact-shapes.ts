/** Tokens that are known by their look: each begins with letters that its maker chose. */
const SHAPES = [
  String.raw`(?:AKIA|ASIA|AROA|AIDA|ABIA)[A-Z0-9]{12,20}\b`,
  String.raw`gh[pousr]_[A-Za-z0-9]{20,255}`,
  String.raw`github_pat_\w{20,255}`,
  String.raw`gl(?:pat|dt|rt|ft|cbt|ptt|soat|agent|imt|oas)-[\w.-]{20,300}`,
  String.raw`xox[abceoprs]-[A-Za-z0-9-]{8,400}`,
  String.raw`x(?:app|wfp)-[A-Za-z0-9-]{8,400}`,
  String.raw`[srp]k_(?:live|test|prod)_[A-Za-z0-9]{10,250}`,
  String.raw`whsec_[A-Za-z0-9+/=]{20,200}`,
  String.raw`AIza[\w-]{30,60}`,
  String.raw`ya29\.[\w-]{20,2000}`,
  String.raw`GOCSPX-[\w-]{20,60}`,
  String.raw`eyJ[\w-]{8,4000}\.[\w-]{2,8000}(?:\.[\w-]{0,4000}){0,3}`,
  String.raw`npm_[A-Za-z0-9]{30,60}`,
  String.raw`pypi-[\w-]{40,400}`,
  String.raw`rubygems_[a-f0-9]{40,64}`,
  String.raw`SG\.[\w-]{12,80}\.[\w-]{12,100}`,
  String.raw`S[KC][0-9a-f]{32}\b`,
  String.raw`key-[0-9a-f]{32}\b`,
  String.raw`[0-9a-f]{32}-us\d{1,2}\b`,
  String.raw`shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}`,
  String.raw`do[opr]_v1_[a-f0-9]{60,70}`,
  String.raw`dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{30,120}`,
  String.raw`hv[sbr]\.[\w-]{20,400}`,
  String.raw`lin_(?:api|oauth)_[A-Za-z0-9]{30,80}`,
  String.raw`sk-[\w-]{20,300}`,
  String.raw`hf_[A-Za-z0-9]{30,60}`,
  String.raw`dapi[a-f0-9]{32}`,
  String.raw`gls?[ac]_[\w+/=]{30,400}`,
  String.raw`NRAK-[A-Z0-9]{20,40}`,
  String.raw`\d{8,10}:AA[\w-]{32,36}`,
  String.raw`sq0(?:atp|csp)-[\w-]{20,60}`,
  String.raw`PMAK-[a-f0-9]{20,30}-[a-f0-9]{30,40}`,
  String.raw`AT(?:ATT3[\w=-]{60,300}|BB[A-Za-z0-9]{24,60})`,
  String.raw`AGE-SECRET-KEY-1[A-Z0-9]{50,70}`,
  String.raw`dckr_(?:pat|oat)_[\w-]{20,60}`,
  String.raw`pscale_(?:tkn|pw|oauth)_[\w.=-]{20,80}`,
  String.raw`sntry[su]_[\w+/=-]{30,400}`,
  String.raw`sbp_[a-f0-9]{40}`,
  String.raw`figd_[\w-]{30,60}`,
  String.raw`n(?:fp|tn)_[A-Za-z0-9]{30,60}`,
  String.raw`pul-[a-f0-9]{40}`,
] as const;
const TOKEN = new RegExp(String.raw`(?<![A-Za-z0-9_-])(?:${SHAPES.join("|")})`, "gu");
const WEBHOOK =
  /hooks\.slack\.com\/[a-z]{4,12}\/[\w/-]{10,200}|discord(?:app)?\.com\/api\/webhooks\/\d{5,30}\/[\w-]{20,120}/gu;
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[\s\S]{0,16000}?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|[\s\S]*)/gu;
const BARE_SCHEME = /\b(bearer|basic|digest|negotiate)([ \t]{1,4}|%20|\+)([\w.~+/-]{8,8000}={0,2})/giu;
const USER_INFO = /([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/?#"'<>\\]{1,512}@/giu;
const QUERY =
  /([?&;](?:key|sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature|auth|sid|hmac|api_?key|code)=)[^\s&#"'<>\\]{8,4000}/giu;
const CARD =
  /(?<![\w.-])(?:\d{13,19}|\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}(?:[ -]\d{1,3})?|3\d{3}[ -]\d{6}[ -]\d{5})(?![\w-]|\.\d)/gu;
/** First digits that card networks use; a time stamp in nanoseconds of this century begins with 1. */
const CARD_PREFIX = /^(?:4|5[0-9]|2[2-7]|3[0-9]|6)/u;
const LONG_WORD = /[\w-]{12}/u;
const CARD_LIKE = /\d{4}[ -]?\d{4}|3\d{3}[ -]\d{6}/u;

/** The text without what is a secret by its look: tokens, private keys, credentials of headers and URLs, card numbers. */
export function redactShapes(text: string): string {
  let now = text;
  if (/bearer|basic|digest|negotiate/iu.test(now)) now = now.replace(BARE_SCHEME, hideScheme);
  if (now.includes("://")) now = now.replace(USER_INFO, "$1[redacted-userinfo]@");
  if (now.includes("=")) now = now.replace(QUERY, "$1[redacted-secret]");
  if (LONG_WORD.test(now)) now = redactTokens(now);
  if (now.includes("-----BEGIN")) now = now.replace(PRIVATE_KEY, "[redacted-private-key]");
  return CARD_LIKE.test(now) ? now.replace(CARD, (found) => (isCard(found) ? "[redacted-card]" : found)) : now;
}

function redactTokens(text: string): string {
  let now = text.replace(TOKEN, "[redacted-token]");
  return now.includes("hook") ? now.replace(WEBHOOK, "[redacted-webhook]") : now;
}

/** "Basic authentication failed" is prose; a credential has digits, mixed case or length. */
function hideScheme(...match: (string | undefined)[]): string {
  const [whole = "", scheme = "", gap = "", value = ""] = match;
  const looksRandom =
    /\d/u.test(value) || (/[a-z]/u.test(value) && /[A-Z]/u.test(value.slice(1))) || value.length >= 32;
  return looksRandom ? `${scheme}${gap}[redacted-credential]` : whole;
}

/** True for the digits of a payment card: a network's first digits, and the check digit is right (Luhn). */
export function isCard(found: string): boolean {
  const digits = found.replace(/\D/gu, "");
  if (digits.length < 13 || !CARD_PREFIX.test(digits) || /^(\d)\1+$/u.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
