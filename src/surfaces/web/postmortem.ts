import { createHash } from "node:crypto";
import { z } from "zod";
import type { PostmortemFormat, SaveOutcome } from "../../app/postmortem-verbs.ts";
import { type IncidentId, incidentId } from "../../core/ids.ts";
import { assertNever } from "../../core/never.ts";
import { POSTMORTEM_STYLE } from "../../core/postmortem/export-html.ts";
import type { HttpRequest, HttpResponse } from "../../platform/http-route.ts";
import { PAGE_HEADERS, page, seeOther } from "./answers.ts";
import { isSameOrigin } from "./feedback.ts";
import { notFound } from "./not-found.ts";
import { type PostmortemPage, postmortemPage } from "./page-postmortem.ts";
import { messagePage } from "./page-shell.ts";
import type { Site } from "./site.ts";
import { isOwnToken, nameCookie, renamed, type Visitor } from "./visitor.ts";

/** A form writes most characters as three bytes or more. */
export const MAX_POSTMORTEM_BYTES = 1_500_000;
const ID_FORM = /^[\w.:-]{1,100}$/u;

type Answer = (site: Site, request: HttpRequest, visitor: Visitor) => Promise<HttpResponse>;

/** The page with the document as it stands, to read and to edit. */
export async function answerPostmortem(site: Site, request: HttpRequest, visitor: Visitor): Promise<HttpResponse> {
  const id = idOf(request);
  const document = id === null ? null : await site.deps.verbs.draftPostmortem(visitor.actor, id);
  if (document === null) return notFound(site.assets);
  const saved = savedNotice(request.query);
  const shown: PostmortemPage = { document, typed: document.text, notice: saved, current: null };
  return page(200, postmortemPage(shown, visitor, site.assets), { "set-cookie": visitor.setCookie });
}

/** Says once after a save what became of it; the address carries a word, never a text. */
function savedNotice(query: URLSearchParams): PostmortemPage["notice"] {
  const saved = query.get("saved");
  if (saved === "yes") return { kind: "saved", words: "Saved. What you wrote stays when new facts come in." };
  if (saved !== "cleaned") return null;
  return { kind: "saved", words: "Saved. Something that looks like a secret or cannot be seen was taken out first." };
}

const Form = z.object({
  // Browsers send every line end as two characters; given back as typed, the first would show as a broken one.
  text: z.string().transform((typed) => typed.replaceAll("\r\n", "\n")),
  version: z.coerce.number().int().positive(),
  token: z.string().max(200).default(""),
  name: z.string().max(200).default(""),
});
type Form = z.infer<typeof Form>;

/** Stores what a page of ours sent. Whatever cannot be stored is shown again with what was typed: no text is lost. */
export async function savePostmortem(site: Site, request: HttpRequest, visitor: Visitor): Promise<HttpResponse> {
  const id = idOf(request);
  const form = await formOf(request);
  if (id === null) return notFound(site.assets);
  if (form === null) return refused(site, 400, "The form could not be read. Go back and save again.");
  if (!isSameOrigin(request.headers, site.deps.publicUrl) || !isOwnToken(visitor, form.token)) {
    return refused(
      site,
      403,
      "Postmortems are saved from their own page only. Go back, copy your text, open it again.",
    );
  }
  const writer = renamed(site.deps, visitor, form.name);
  const edit = { incidentId: id, text: form.text, version: form.version };
  return outcomeAnswer(site, await site.deps.verbs.savePostmortem(writer.actor, edit), { id, form, writer });
}

interface Sent {
  readonly id: IncidentId;
  readonly form: Form;
  readonly writer: Visitor;
}

async function outcomeAnswer(site: Site, outcome: SaveOutcome, sent: Sent): Promise<HttpResponse> {
  const { id, form, writer } = sent;
  switch (outcome.kind) {
    case "saved": {
      const word = outcome.cleaned ? "cleaned" : "yes";
      const answer = seeOther(`/i/${encodeURIComponent(id)}/postmortem?saved=${word}#notice`);
      if (writer.givenName === "") return answer;
      return { ...answer, headers: { ...answer.headers, "set-cookie": nameCookie(site.deps, writer) } };
    }
    case "conflict": {
      const { because, current } = outcome;
      const notice = { kind: "problem", words: because } as const;
      const shown: PostmortemPage = { document: current, typed: form.text, notice, current: current.text };
      return page(409, postmortemPage(shown, writer, site.assets));
    }
    case "refused":
      return again(site, sent, outcome.because);
    case "unknown-incident":
      return notFound(site.assets);
    default:
      return assertNever(outcome);
  }
}

/** The page again with the typed text and what is wrong with it. */
async function again(site: Site, { id, form, writer }: Sent, words: string): Promise<HttpResponse> {
  const document = await site.deps.verbs.draftPostmortem(writer.actor, id);
  if (document === null) return notFound(site.assets);
  const shown: PostmortemPage = {
    document: { ...document, version: form.version },
    typed: form.text,
    notice: { kind: "problem", words },
    current: null,
  };
  return page(422, postmortemPage(shown, writer, site.assets));
}

async function formOf(request: HttpRequest): Promise<Form | null> {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return null;
  const fields = new URLSearchParams(new TextDecoder().decode(await request.body()));
  const parsed = Form.safeParse(Object.fromEntries(fields));
  return parsed.success ? parsed.data : null;
}

function refused({ assets }: Site, status: 400 | 403, words: string): HttpResponse {
  return page(status, messagePage(assets, "The postmortem was not saved", words));
}

function idOf({ params }: HttpRequest): IncidentId | null {
  const id = params["incident"] ?? "";
  return ID_FORM.test(id) ? incidentId(id) : null;
}

/** The one style of the exported file is allowed by its hash, and nothing else. */
const HTML_POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(POSTMORTEM_STYLE).digest("base64")}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

/** The document as a file, one address for each form. */
export const POSTMORTEM_EXPORTS: readonly { readonly ending: string; readonly answer: Answer }[] = [
  { ending: "md", answer: exported("markdown", { "content-type": "text/markdown; charset=utf-8" }) },
  {
    ending: "html",
    answer: exported("html", { "content-type": "text/html; charset=utf-8", "content-security-policy": HTML_POLICY }),
  },
  { ending: "json", answer: exported("json", { "content-type": "application/json; charset=utf-8" }) },
];

function exported(format: PostmortemFormat, headers: Readonly<Record<string, string>>): Answer {
  return async (site, request, { actor }) => {
    const id = idOf(request);
    const body = id === null ? null : await site.deps.verbs.exportPostmortem(actor, id, format);
    return body === null ? notFound(site.assets) : { status: 200, headers: { ...PAGE_HEADERS, ...headers }, body };
  };
}
