const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
// Direction overrides reorder what people read; control characters show nothing.
const UNSEEN = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const MAX_DEPTH = 3;

/** Text that shows as it is: no markup, no attribute and no hidden character comes out of it. */
export function escapeHtml(text: string): string {
  return text.replaceAll(UNSEEN, (unit) => (unit === "\t" ? unit : "\uFFFD")).replaceAll(/[&<>"']/gu, entity);
}

function entity(found: string): string {
  return ENTITIES[found] ?? "";
}

/** Every repetition is bounded, so that a long line of opening marks costs no more than its length. */
const INLINE =
  /\\(?<escaped>[!-/:-@[-`{-~])|&(?<entity>lt|gt|amp|quot|#64|#39);|`(?<code>[^`]{1,400})`|\*\*(?<bold>[^*]{1,400})\*\*|(?<![\p{L}\p{N}_])_(?<low>[^_\s][^_]{0,400})_(?![\p{L}\p{N}_])|\*(?<slant>[^*\s][^*]{0,400})\*|~~(?<gone>[^~]{1,400})~~|\[(?<words>[^\]]{1,400})\]\((?<target>https?:\/\/[^\s()<>"]{1,2000})\)|\[(?<record>e[0-9a-z]{6,20})\]|(?<address>https?:\/\/[^\s<>"|)\]\\]{1,2000})/gu;

const DECODED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', "#64": "@", "#39": "'" };

/** One line of Markdown as HTML. Markup that people wrote as HTML is shown as text; links go to web addresses only. */
export function inlineHtml(text: string, depth = 0): string {
  if (depth >= MAX_DEPTH) return escapeHtml(text);
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    parts.push(escapeHtml(text.slice(end, match.index)), marked(match.groups ?? {}, depth + 1));
    end = match.index + match[0].length;
  }
  return [...parts, escapeHtml(text.slice(end))].join("");
}

const ELEMENTS = { bold: "strong", low: "em", slant: "em", gone: "s" } as const;

function marked(found: Readonly<Record<string, string | undefined>>, depth: number): string {
  for (const [name, element] of Object.entries(ELEMENTS)) {
    const inner = found[name];
    if (inner !== undefined) return `<${element}>${inlineHtml(inner, depth)}</${element}>`;
  }
  return literal(found) ?? linked(found, depth);
}

function literal({ escaped, entity: name, code }: Readonly<Record<string, string | undefined>>): string | null {
  if (escaped !== undefined) return escapeHtml(escaped);
  if (name !== undefined) return escapeHtml(DECODED[name] ?? "");
  return code === undefined ? null : `<code>${escapeHtml(code)}</code>`;
}

function linked(found: Readonly<Record<string, string | undefined>>, depth: number): string {
  const { words, target, record, address = "" } = found;
  if (record !== undefined) return `<a class="cite" href="#${record}">${record}</a>`;
  const shown = words === undefined ? escapeHtml(address) : inlineHtml(words, depth);
  return `<a href="${escapeHtml(target ?? address)}" rel="noreferrer">${shown}</a>`;
}
