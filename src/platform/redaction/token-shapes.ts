import { type Characters, charactersOf, mayHold, type SeenText, seeAfter } from "./characters.ts";

/** A secret that can be told by its look alone. `keyword` must be in the text before the pattern is tried. */
interface TokenShape {
  readonly keyword: string;
  readonly needs: Characters;
  readonly pattern: RegExp;
  readonly marker: string;
}

const shape = (keyword: string, pattern: RegExp, kind = "token"): TokenShape => ({
  keyword,
  needs: charactersOf(keyword),
  pattern,
  marker: `[redacted-${kind}]`,
});

/** Every pattern runs in linear time: bounded prefixes and no quantifier inside another. */
const TOKEN_SHAPES: readonly TokenShape[] = [
  ...["AKIA", "ASIA", "ABIA", "ACCA"].map((prefix) =>
    shape(prefix, new RegExp(`(?<![A-Za-z0-9])${prefix}[A-Z0-9]{16}(?![A-Za-z0-9])`, "gu"), "aws-key"),
  ),
  shape("gh", /(?<![A-Za-z0-9])gh[opusr]_[A-Za-z0-9]{30,255}/gu),
  shape("github_pat_", /github_pat_\w{20,255}/gu),
  shape("gl", /(?<![A-Za-z0-9])gl(?:pat|dt|rt|ft|cbt|ptt|soat|agent|imt|oas)-[\w.-]{20,300}/gu),
  shape("xox", /xox[abceoprs]-[A-Za-z0-9-]{8,400}/gu),
  shape("xapp-", /xapp-[A-Za-z0-9-]{8,400}/gu),
  shape("xwfp-", /xwfp-[A-Za-z0-9-]{8,400}/gu),
  shape("hooks.slack.com/", /hooks\.slack\.com\/[a-z]{4,12}\/[\w/-]{10,200}/gu, "webhook"),
  shape("discord", /discord(?:app)?\.com\/api\/webhooks\/\d{5,30}\/[\w-]{20,120}/gu, "webhook"),
  shape("_live_", /(?<![A-Za-z0-9])[srp]k_live_[A-Za-z0-9]{10,250}/gu),
  shape("_test_", /(?<![A-Za-z0-9])[srp]k_test_[A-Za-z0-9]{10,250}/gu),
  shape("_prod_", /(?<![A-Za-z0-9])[srp]k_prod_[A-Za-z0-9]{10,250}/gu),
  shape("whsec_", /whsec_[A-Za-z0-9+/=]{20,200}/gu),
  shape("AIza", /AIza[\w-]{30,60}/gu),
  shape("ya29.", /ya29\.[\w-]{20,2000}/gu),
  shape("GOCSPX-", /GOCSPX-[\w-]{20,60}/gu),
  shape("eyJ", /(?<![\w-])eyJ[\w-]{8,8000}\.[\w-]{2,16000}(?:\.[\w-]{0,8000}){0,3}/gu, "jwt"),
  shape("npm_", /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{30,60}/gu),
  shape("pypi-", /pypi-[\w-]{40,400}/gu),
  shape("rubygems_", /rubygems_[a-f0-9]{40,64}/gu),
  shape("SG.", /(?<![\w-])SG\.[\w-]{12,80}\.[\w-]{12,100}/gu),
  shape("SK", /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])/gu),
  shape("key-", /(?<![A-Za-z0-9])key-[0-9a-f]{32}(?![A-Za-z0-9])/gu),
  shape("-us", /(?<![A-Za-z0-9])[0-9a-f]{32}-us\d{1,2}(?![A-Za-z0-9])/gu),
  shape("shp", /(?<![A-Za-z0-9])shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}/gu),
  shape("_v1_", /(?<![A-Za-z0-9])do[opr]_v1_[a-f0-9]{60,70}/gu),
  shape("dp.", /(?<![\w.])dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{30,120}/gu),
  shape("hv", /(?<![\w.])hv[sbr]\.[\w-]{20,400}/gu),
  shape(".atlasv1.", /[A-Za-z0-9]{10,20}\.atlasv1\.[\w-]{50,100}/gu),
  shape("lin_", /(?<![A-Za-z0-9])lin_(?:api|oauth)_[A-Za-z0-9]{30,80}/gu),
  shape("sk-", /(?<![\w-])sk-[\w-]{20,300}/gu),
  shape("hf_", /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,60}/gu),
  shape("dapi", /(?<![A-Za-z0-9])dapi[a-f0-9]{32}/gu),
  shape("glsa_", /glsa_[A-Za-z0-9_]{30,80}/gu),
  shape("glc_", /(?<![A-Za-z0-9])glc_[A-Za-z0-9+/=]{30,400}/gu),
  shape("NRAK-", /NRAK-[A-Z0-9]{20,40}/gu),
  shape(":AA", /(?<!\d)\d{8,10}:AA[\w-]{32,36}/gu),
  shape("sq0", /sq0(?:atp|csp)-[\w-]{20,60}/gu),
  shape("PMAK-", /PMAK-[a-f0-9]{20,30}-[a-f0-9]{30,40}/gu),
  shape("ATATT3", /ATATT3[\w=-]{60,300}/gu),
  shape("ATBB", /(?<![A-Za-z0-9])ATBB[A-Za-z0-9]{24,60}/gu),
  shape("8Q~", /[\w.~-]{3}8Q~[\w.~-]{31,40}/gu),
  shape("AGE-SECRET-KEY-", /AGE-SECRET-KEY-1[A-Z0-9]{50,70}/gu),
  shape("dckr_", /dckr_(?:pat|oat)_[\w-]{20,60}/gu),
  shape("pscale_", /pscale_(?:tkn|pw|oauth)_[\w.=-]{20,80}/gu),
  shape("sntry", /sntry[su]_[\w+/=-]{30,400}/gu),
  shape("sbp_", /(?<![A-Za-z0-9])sbp_[a-f0-9]{40}/gu),
  shape("dt0", /dt0[a-z]\d{2}\.[A-Z0-9]{20,30}\.[A-Z0-9]{50,70}/gu),
  shape("nfp_", /(?<![A-Za-z0-9])nfp_[A-Za-z0-9]{30,60}/gu),
  shape("ntn_", /(?<![A-Za-z0-9])ntn_[A-Za-z0-9]{30,60}/gu),
  shape("figd_", /figd_[\w-]{30,60}/gu),
  shape("pul-", /(?<![\w-])pul-[a-f0-9]{40}/gu),
  shape("AKCp", /(?<![A-Za-z0-9])AKCp[A-Za-z0-9]{40,80}/gu),
  shape("FlyV1", /FlyV1 [\w+/=,-]{20,2000}/gu),
  shape("IDENTIFIED", /(?<=IDENTIFIED (?:BY|WITH \w{1,40} BY) )(?:'[^']{0,400}'?|"[^"]{0,400}"?)/gu, "password"),
];

/** Replaces tokens of well-known makers by a marker that names the kind. */
export function redactTokenShapes(seen: SeenText): SeenText {
  let now = seen;
  for (const { keyword, needs, pattern, marker } of TOKEN_SHAPES) {
    if (!mayHold(now.holds, needs) || !now.text.includes(keyword)) continue;
    now = seeAfter(now, now.text.replace(pattern, marker));
  }
  return seeAfter(now, redactPrivateKeys(now.text));
}

const PEM_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/u;
const PEM_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/u;
const MAX_KEYS = 20;

/** A key without its end is cut off there: everything after the beginning belongs to it. */
function redactPrivateKeys(text: string): string {
  let rest = text;
  let done = "";
  for (let count = 0; count < MAX_KEYS; count++) {
    const begin = rest.includes("-----BEGIN") ? PEM_BEGIN.exec(rest) : null;
    if (!begin) return done + rest;
    done += `${rest.slice(0, begin.index)}[redacted-private-key]`;
    const tail = rest.slice(begin.index + begin[0].length);
    const end = PEM_END.exec(tail);
    if (!end) return done;
    rest = tail.slice(end.index + end[0].length);
  }
  return done;
}
