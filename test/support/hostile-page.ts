import type { PostmortemDocument } from "../../src/app/people-ports.ts";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import type { AssetLinks } from "../../src/surfaces/web/assets.ts";
import { incidentPage } from "../../src/surfaces/web/page-incident.ts";
import { indexPage } from "../../src/surfaces/web/page-index.ts";
import { postmortemPage } from "../../src/surfaces/web/page-postmortem.ts";
import type { Visitor } from "../../src/surfaces/web/visitor.ts";
import { type Foreign, hostileIncident } from "./hostile-incident.ts";
import { at, text } from "./sample-incident.ts";

const assets: AssetLinks = {
  style: "/assets/page.css?v=1",
  script: "/assets/page.js?v=1",
  icon: "/assets/icon.svg?v=1",
};

function visitorOf(foreign: Foreign): Visitor {
  return {
    actor: { kind: "web-user", tenant: DEFAULT_TENANT, id: "web:1", name: foreign() },
    givenName: foreign(),
    isSignedIn: false,
    formToken: "token",
    setCookie: "",
  };
}

/** Every page as markup, with foreign text wherever foreign text can get in. */
export const PAGES: Readonly<Record<string, (foreign: Foreign) => string>> = {
  incident: (foreign) => incidentPage(hostileIncident(foreign).answer(), visitorOf(foreign), assets).toString(),
  list: (foreign) => {
    const { incident, view } = hostileIncident(foreign).answer();
    const listed = Array.from({ length: 6 }, (_, index) => ({
      incident: { ...incident, title: foreign(), service: foreign(), status: index % 2 ? "resolved" : incident.status },
      cause: { ...view.card.cause, text: foreign() },
    }));
    return indexPage(listed, assets).toString();
  },
  postmortem: (foreign) => postmortemPage(writtenBy(foreign), visitorOf(foreign), assets).toString(),
};

function writtenBy(foreign: Foreign) {
  const lines = Array.from({ length: 12 }, foreign).flatMap((one) => [one, `- ${one}`, `> ${one}`]);
  const document: PostmortemDocument = {
    incidentId: hostileIncident(() => text("calm")).incident.id,
    version: 2,
    generated: text(""),
    text: text(lines.join("\n\n")),
    editedBy: foreign(),
    atMs: at("02:00:00"),
    canvas: null,
  };
  return {
    document,
    typed: foreign(),
    notice: { kind: "problem" as const, words: foreign() },
    current: foreign(),
  };
}

const TAG = /<(?:"[^"]*"|[^">])*>?/gu;
const NAME = /^<\/?([a-z0-9]*)/u;
const ATTRIBUTE = /\s([^\s=">/]+)(?:="([^"]*)")?/gu;
const ELEMENTS = new Set(
  "!doctype html head meta title link script body a nav main p header span h1 h2 h3 h4 h5 h6 dl div dt dd section ol ul li time figure svg g rect path line text figcaption details summary table caption thead tbody tfoot tr th td form input button label b code blockquote footer textarea article pre strong em s hr br".split(
    " ",
  ),
);
const NEVER = /^(?:on.*|style|srcdoc|autofocus|formaction|srcset|ping|background)$/u;
const OWN_PLACE = /^(?:\/|#)/u;

/** Where a document begins that people write: they may link, as in any document of theirs. */
const DOCUMENT = '<article class="postmortem-doc"';

/** What foreign text managed to do in a page of ours, one line each. */
export function mischiefInPage(page: string): readonly string[] {
  const documentAt = page.includes(DOCUMENT) ? page.indexOf(DOCUMENT) : page.length;
  return [...page.matchAll(TAG)].flatMap((found) => {
    const saysWhere = found.index > documentAt ? isWebAddress : saysItsHost(page);
    return wrongInTag(found[0], saysWhere);
  });
}

type SaysWhere = (value: string) => boolean;

function wrongInTag(tag: string, saysWhere: SaysWhere): readonly string[] {
  const name = NAME.exec(tag.toLowerCase().replace("<!doctype html>", "<html>"))?.[1] ?? "";
  const wrong = ELEMENTS.has(name) && tag.endsWith(">") ? [] : [`an element that is not ours: ${tag.slice(0, 120)}`];
  const attributes = [...tag.slice(1 + name.length).matchAll(ATTRIBUTE)];
  return [...wrong, ...attributes.flatMap(([, key = "", value = ""]) => wrongIn({ name, key, value }, saysWhere))];
}

function wrongIn(
  { name, key, value }: Readonly<Record<"name" | "key" | "value", string>>,
  saysWhere: SaysWhere,
): readonly string[] {
  if (NEVER.test(key)) return [`an attribute ${key} of ${name}`];
  const leads = ["href", "src", "action"].includes(key);
  if (!leads || OWN_PLACE.test(value)) return [];
  if (name !== "a") return [`${name} ${key} ${value}`];
  return saysWhere(value) ? [] : [`a link that does not say where it leads: ${value.slice(0, 120)}`];
}

const isWebAddress: SaysWhere = (value) => /^https?:\/\//u.test(value);

/** An address that a record gave may be pressed when the reader sees its host. */
const saysItsHost =
  (page: string): SaysWhere =>
  (value) => {
    const host = URL.parse(value.replaceAll("&amp;", "&"))?.host ?? "";
    return isWebAddress(value) && (page.includes(`>${value}</a>`) || page.includes(`(${host})</a>`));
  };
