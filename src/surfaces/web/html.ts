import { blocksHtml } from "../../core/postmortem/html-blocks.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};
// Direction overrides reorder what people read; control characters show nothing.
const UNSEEN = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** Markup that this file made. Nothing else can be put into a page without being escaped. */
export class Html {
  readonly #markup: string;

  constructor(words: TemplateStringsArray, parts: readonly HtmlPart[]) {
    this.#markup = String.raw({ raw: words.map((word) => word) }, ...parts.map(rendered));
  }

  toString(): string {
    return this.#markup;
  }
}

/** What a template takes: markup as it is, text and numbers escaped, nothing for null and false. */
export type HtmlPart = Html | string | number | null | false | readonly HtmlPart[];

/** A piece of a page: html`<b title="${title}">${text}</b>`. Every part is escaped; attributes must be quoted. */
export function html(words: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(words, parts);
}

/** A Markdown document of people and ours as a piece of a page, its headings below the page's own. */
export function markdownHtml(markdown: string): Html {
  const words: TemplateStringsArray = Object.assign([blocksHtml(markdown, 1)], { raw: [] });
  return new Html(words, []);
}

/**
 * A link only where the address is a plain web address, a path or an anchor; else just its words. Addresses come from
 * webhooks and change records: one that leads elsewhere says to which host, and none may carry a name before the host.
 */
export function link(address: string | null, words: HtmlPart): Html {
  if (address === null || !/^(?:https?:\/\/|[/#](?!\/))[^\s\\]*$/u.test(address)) return html`${words}`;
  if (!address.startsWith("http")) return html`<a href="${address}">${words}</a>`;
  const target = URL.parse(address);
  if (target === null || target.username !== "" || target.password !== "") return html`${words}`;
  const where = words === address ? null : ` (${target.host})`;
  return html`<a href="${address}" rel="noreferrer">${words}${where}</a>`;
}

function rendered(part: HtmlPart): string {
  if (part === null || part === false) return "";
  if (part instanceof Html) return part.toString();
  if (typeof part === "string") return escaped(part);
  return typeof part === "number" ? String(part) : part.map(rendered).join("");
}

function escaped(text: string): string {
  const shown = text.replaceAll(UNSEEN, (unit) => (unit === "\n" || unit === "\t" ? unit : "\uFFFD"));
  return shown.replaceAll(/[&<>"'`]/gu, (unit) => ENTITIES[unit] ?? "");
}
