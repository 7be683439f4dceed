import { shape, type TokenShape } from "./token-shape.ts";

/** Tokens of chat, mail, telephone and payment services, and the signed tokens of the web. */
export const CHAT_AND_MONEY_SHAPES: readonly TokenShape[] = [
  shape("xox", /xox[abceoprs](?:\.xox[bp])?-[A-Za-z0-9-]{8,400}/gu, { also: "-" }),
  shape("xapp-", /xapp-[A-Za-z0-9-]{8,400}/gu),
  shape("xwfp-", /xwfp-[A-Za-z0-9-]{8,400}/gu),
  shape("hooks.slack.com/", /hooks\.slack\.com\/[a-z]{4,12}\/[\w/-]{10,200}/gu, { kind: "webhook" }),
  shape("discord", /discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{5,30}\/[\w-]{20,120}/gu, {
    kind: "webhook",
  }),
  shape(".", /(?<![\w.-])[MNO][A-Za-z\d_-]{22,27}\.[\w-]{6}\.[\w-]{27,45}/gu),
  shape(":AA", /(?<!\d)\d{8,10}:AA[\w-]{32,36}/gu),
  shape(".office.com/", /[\w.-]{0,60}\.office\.com\/webhook[\w/@.-]{40,300}/gu, { kind: "webhook" }),
  shape("_live_", /(?<![A-Za-z0-9])[srp]k_live_[A-Za-z0-9]{10,250}/gu),
  shape("_test_", /(?<![A-Za-z0-9])[srp]k_test_[A-Za-z0-9]{10,250}/gu),
  shape("_prod_", /(?<![A-Za-z0-9])[srp]k_prod_[A-Za-z0-9]{10,250}/gu),
  shape("rzp_", /rzp_(?:live|test)_[A-Za-z0-9]{12,24}/gu),
  shape("whsec_", /whsec_[A-Za-z0-9+/=]{20,200}/gu),
  shape("EAAA", /(?<![A-Za-z0-9])EAAA[\w-]{50,80}/gu),
  shape("EAA", /(?<![A-Za-z0-9])EAA[A-Z][A-Za-z0-9]{80,400}/gu),
  shape("sq0", /sq0[a-z]{3}-[\w-]{20,60}/gu, { also: "-" }),
  shape("access_token$", /access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}/gu),
  ...["access-production-", "access-development-", "access-sandbox-"].map((prefix) =>
    shape(prefix, new RegExp(`${prefix}[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`, "gu")),
  ),
  shape("shp", /(?<![A-Za-z0-9])shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}/gu, { also: "_" }),
  shape("FLWSECK", /FLWSECK(?:_TEST)?-[0-9A-Za-z]{12,60}-X/gu),
  shape("SK", /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])/gu),
  shape("SG.", /(?<![\w-])SG\.[\w-]{12,80}\.[\w-]{12,100}/gu),
  shape("key-", /(?<![A-Za-z0-9])key-[0-9a-f]{32}(?![A-Za-z0-9])/gu),
  shape("-us", /(?<![A-Za-z0-9])[0-9a-f]{32}-us\d{1,2}(?![A-Za-z0-9])/gu),
  shape("keysib-", /xs?(?:mtp|key)sib-[0-9a-f]{40,80}-[A-Za-z0-9]{10,20}/gu, { also: "x" }),
  shape("eyJ", /(?<![\w-])eyJ[\w-]{8,8000}\.[\w-]{2,16000}(?:\.[\w-]{0,8000}){0,3}/gu, { kind: "jwt" }),
];
