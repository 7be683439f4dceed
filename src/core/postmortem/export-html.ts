import { blocksHtml } from "./html-blocks.ts";
import { escapeHtml } from "./html-inline.ts";

/** The whole style of the file. Whoever serves it allows exactly this style by its hash. */
export const POSTMORTEM_STYLE = `
:root { color-scheme: light dark; --line: #8886; --quiet: #666; }
@media (prefers-color-scheme: dark) { :root { --quiet: #aaa; } }
body { font: 1rem/1.55 system-ui, sans-serif; margin: 0 auto; max-width: 58rem; padding: 1.5rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .4rem; }
ul, ol { padding-left: 1.4rem; margin: .4rem 0; }
li { margin: .3rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { border: 1px solid var(--line); padding: .35rem .5rem; text-align: left; vertical-align: top; overflow-wrap: normal; }
td:first-child { white-space: nowrap; }
pre { overflow-x: auto; border: 1px solid var(--line); padding: .6rem; }
blockquote { margin: .5rem 0; padding-left: .8rem; border-left: 3px solid var(--line); }
.cite { font: .78rem ui-monospace, monospace; color: var(--quiet); }
@media (max-width: 40rem) { td:first-child { white-space: normal; min-width: 6.5rem; } }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  h2, h3 { break-after: avoid; }
  li, tr { break-inside: avoid; }
  .wide { overflow: visible; }
  a { color: inherit; text-decoration: none; }
}
`;

/** A postmortem as one HTML file that needs nothing else: no script, no address to fetch, everything escaped. */
export function postmortemHtml(markdown: string): string {
  const title = /^# (?<title>.+)$/mu.exec(markdown)?.groups?.["title"] ?? "Postmortem";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${escapeHtml(plainTitle(title))}</title>
<style>${POSTMORTEM_STYLE}</style>
</head>
<body>
<main>
${blocksHtml(markdown)}
</main>
</body>
</html>
`;
}

/** A title shows no markup: the escapes of Markdown go. */
function plainTitle(title: string): string {
  const words: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&#64;": "@" };
  return title.replaceAll(/&(?:lt|gt|amp|#64);/gu, (found) => words[found] ?? found).replaceAll(/\\(.)/gu, "$1");
}
