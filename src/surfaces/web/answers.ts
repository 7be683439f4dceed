import type { HttpResponse } from "../../platform/http-route.ts";
import type { Html } from "./html.ts";

/** Only our own files run, nobody frames the page, and nothing in it can send what it shows elsewhere. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  // Not "no-referrer": with it browsers send no usable Origin with a form, which is one of our checks.
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
};

/** A whole page. */
export function page(status: number, markup: Html, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return {
    status,
    headers: { ...PAGE_HEADERS, "content-type": "text/html; charset=utf-8", ...headers },
    body: markup.toString(),
  };
}

/** A JSON document. */
export function json(status: number, document: object): HttpResponse {
  return {
    status,
    headers: { ...PAGE_HEADERS, "content-type": "application/json; charset=utf-8" },
    body: `${JSON.stringify(document)}\n`,
  };
}

/** A plain or Markdown text; never shown as HTML. */
export function textAnswer(status: number, body: string, type: "plain" | "markdown" = "plain"): HttpResponse {
  return { status, headers: { ...PAGE_HEADERS, "content-type": `text/${type}; charset=utf-8` }, body };
}

/** Sends the browser back to a page after a form. */
export function seeOther(location: string): HttpResponse {
  return { status: 303, headers: { ...PAGE_HEADERS, location }, body: "" };
}
