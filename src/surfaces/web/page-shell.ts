import type { AssetLinks } from "./assets.ts";
import { type Html, html } from "./html.ts";

export interface Shell {
  readonly title: string;
  readonly assets: AssetLinks;
  /** Where the live stream of this page is; null for a page that stands still. */
  readonly live: { readonly stream: string; readonly sequence: number } | null;
  readonly content: Html;
}

/** The frame of every page: language, styles, skip link, and a status line that screen readers follow. */
export function pageShell({ title, assets, live, content }: Shell): Html {
  const data = live === null ? null : html` data-stream="${live.stream}" data-sequence="${live.sequence}"`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="${assets.icon}">
<link rel="stylesheet" href="${assets.style}">
<script type="module" src="${assets.script}"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the answer</a>
<nav class="bar" aria-label="Site"><a class="brand" href="/">TraceOps</a> <a href="/">All incidents</a></nav>
<main id="main" tabindex="-1"${data}>${content}</main>
<p id="status" class="status" role="status" aria-live="polite"></p>
</body>
</html>`;
}

/** A page that says one thing: not found, not allowed. */
export function messagePage(assets: AssetLinks, title: string, text: Html | string): Html {
  const content = html`<header class="incident"><h1>${title}</h1></header><p>${text}</p>`;
  return pageShell({ title: `${title} · TraceOps`, assets, live: null, content });
}
