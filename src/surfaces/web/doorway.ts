import type { ForbiddenError } from "../../app/access/access.ts";
import { incidentId } from "../../core/ids.ts";
import type { HttpRequest, HttpResponse } from "../../platform/http-route.ts";
import type { LinkClaim } from "../../platform/signed-link.ts";
import type { Origin } from "../../platform/this-machine.ts";
import { accessOf } from "./access.ts";
import { json, page, seeOther } from "./answers.ts";
import { messagePage } from "./page-shell.ts";
import { linkVerdict, NO_LINK, type OpenedLink, sessionIn, sessionWith } from "./session.ts";
import type { Site } from "./site.ts";
import { type Visitor, visitorOf } from "./visitor.ts";

export type Admission =
  | { readonly kind: "in"; readonly visitor: Visitor }
  /** The way to sign in, why not, or the page after a good link. */
  | { readonly kind: "answer"; readonly answer: HttpResponse };

/** What a request shows of who sent it. */
export interface Knock {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Null for a page that is about no incident. */
  readonly incident: string | null;
  readonly caller: Origin;
}

/**
 * Lets a visitor in: by the password of this install, from its own machine, or with the session that a signed link was
 * exchanged for. A link that somebody changed is refused whoever shows it; one that expired only when nothing else lets in.
 */
export function admit(site: Site, knock: Knock): Admission {
  const { deps, access } = site;
  const { caller, incident, query } = knock;
  const { cookie } = caller.headers;
  const verdict = incident === null ? NO_LINK : linkVerdict(deps, query, incident);
  if (verdict.status === "tampered") {
    return refusedLink(site, "This link was changed on its way, or was made for another page.");
  }
  const granted = accessOf(access, caller);
  if (granted.kind === "granted") {
    return { kind: "in", visitor: visitorOf(deps, { cookie, userName: granted.userName, link: null }) };
  }
  const known = sessionIn(deps, cookie);
  if (verdict.status === "good" && knock.method === "GET") return exchanged(site, knock, { known, role: verdict.role });
  if (known !== null) {
    return { kind: "in", visitor: visitorOf(deps, { cookie, userName: null, link: { known, incident } }) };
  }
  if (verdict.status === "expired") {
    return refusedLink(site, "This link opened its page for 15 minutes, and they are over.");
  }
  return { kind: "answer", answer: refusal(site, granted.kind) };
}

/** The page again without the link in its address, with a session that opens it. */
function exchanged(
  { deps }: Site,
  { path, incident }: Knock,
  { known, role }: { readonly known: readonly OpenedLink[] | null; readonly role: LinkClaim["role"] },
): Admission {
  const answer = seeOther(path);
  const opened = sessionWith(deps, known ?? [], { incident: incidentId(incident ?? ""), role });
  return { kind: "answer", answer: { ...answer, headers: { ...answer.headers, "set-cookie": opened } } };
}

/** What a person reads who asked for more than they may. */
export function forbidden({ assets }: Site, { headers }: HttpRequest, error: ForbiddenError): HttpResponse {
  const isScript = headers["content-type"]?.startsWith("application/json") === true;
  if (isScript) return json(403, { status: "refused", message: error.words });
  return page(403, messagePage(assets, "This is not open to you", error.words));
}

function refusedLink({ assets }: Site, why: string): Admission {
  const help = `${why} Ask for a new one in Slack with the word "page".`;
  return { kind: "answer", answer: page(403, messagePage(assets, "This link does not open the page", help)) };
}

function refusal({ assets }: Site, kind: "sign-in" | "closed"): HttpResponse {
  if (kind === "sign-in") {
    const challenge = { "www-authenticate": 'Basic realm="TraceOps", charset="UTF-8"' };
    return page(401, messagePage(assets, "Sign in", "Any user name and the password of this install."), challenge);
  }
  const help =
    'Incident pages quote logs, so they open only on the machine TraceOps runs on until an administrator sets WEB_PASSWORD, or WEB_OPEN=yes behind a sign-in proxy. In Slack, the word "page" gives you a link that opens one incident.';
  return page(403, messagePage(assets, "These pages are not open yet", help));
}
