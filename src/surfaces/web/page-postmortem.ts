import type { PostmortemDocument } from "../../app/people-ports.ts";
import type { AssetLinks } from "./assets.ts";
import { type Html, html, markdownHtml } from "./html.ts";
import { pageShell } from "./page-shell.ts";
import { fullTime } from "./part-words.ts";
import type { Visitor } from "./visitor.ts";

export interface PostmortemPage {
  readonly document: PostmortemDocument;
  /** What stands in the field: the document, or what was typed and could not be stored. */
  readonly typed: string;
  readonly notice: { readonly kind: "saved" | "problem"; readonly words: string } | null;
  /** What somebody else saved meanwhile, to compare with; null when nobody did. */
  readonly current: string | null;
}

/** The postmortem to read and edit. Works without scripts; the version in the form keeps two writers from overwriting. */
export function postmortemPage(shown: PostmortemPage, visitor: Visitor, assets: AssetLinks): Html {
  const { document, notice } = shown;
  const path = `/i/${encodeURIComponent(document.incidentId)}`;
  const content = html`
    <header class="incident postmortem-head">
      <p class="crumbs"><a href="${path}">Back to ${document.incidentId}</a></p>
      <h1>Postmortem of ${document.incidentId}</h1>
      <p class="quiet">Version ${document.version}, ${document.editedBy === null ? "by TraceOps" : html`by ${document.editedBy}`}, ${fullTime(document.atMs)}. TraceOps adds new facts; lines that people wrote stay as they are.</p>
      ${exportLinks(path)}
    </header>
    ${notice === null ? null : noticeBox(notice)}
    ${document.canvas === null ? null : html`<p class="postmortem-canvas">This postmortem is also a canvas in Slack. What people write there is not read back to this page.</p>`}
    ${shown.current === null ? null : currentText(shown.current)}
    <details class="postmortem-edit"${shown.notice?.kind === "problem" ? html` open` : null}>
      <summary>Edit this postmortem</summary>
      ${editForm(shown, visitor, path)}
    </details>
    <article class="postmortem-doc" aria-label="The postmortem">${markdownHtml(document.text)}</article>`;
  const title = `Postmortem of ${document.incidentId} · TraceOps`;
  return pageShell({ title, assets, live: null, content });
}

function exportLinks(path: string): Html {
  return html`<p class="postmortem-exports"><a href="${path}/postmortem.html">Read and print</a> <a href="${path}/postmortem.md">Markdown</a> <a href="${path}/postmortem.json">JSON</a></p>`;
}

function noticeBox({ kind, words }: NonNullable<PostmortemPage["notice"]>): Html {
  const role = kind === "saved" ? "status" : "alert";
  return html`<p id="notice" class="postmortem-notice ${kind}" role="${role}" tabindex="-1">${words}</p>`;
}

function currentText(current: string): Html {
  return html`<details class="postmortem-current" open><summary>What is saved now, to compare and copy from</summary><pre tabindex="0">${current}</pre></details>`;
}

/** A line end right after the opening tag is not part of the text, so a text that begins with one keeps it. */
function editForm({ document, typed }: PostmortemPage, visitor: Visitor, path: string): Html {
  return html`<form class="postmortem-form" method="post" action="${path}/postmortem">
      <input type="hidden" name="token" value="${visitor.formToken}">
      <input type="hidden" name="version" value="${document.version}">
      <label for="postmortem-text">The document, as Markdown</label>
      <textarea id="postmortem-text" name="text" rows="30" spellcheck="true" aria-describedby="postmortem-help">
${typed}</textarea>
      <p id="postmortem-help" class="quiet">Fill in what is Unknown, answer the questions, delete what does not help. What you delete does not come back.</p>
      ${visitor.isSignedIn ? null : nameField(visitor)}
      <p><button type="submit">Save postmortem</button></p>
    </form>`;
}

function nameField({ givenName }: Visitor): Html {
  return html`<p><label for="postmortem-name">Your name</label> <input id="postmortem-name" name="name" value="${givenName}" maxlength="60" autocomplete="name"></p>`;
}
