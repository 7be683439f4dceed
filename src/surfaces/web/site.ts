import type { IncomingMessage, ServerResponse } from "node:http";
import type { Actor } from "../../app/actor.ts";
import { DEFAULT_TENANT, type IncidentId, incidentId } from "../../core/ids.ts";
import { safe } from "../../core/safe.ts";
import type { HttpRequest, HttpResponse, PlainRoute } from "../../platform/http-route.ts";
import type { RunningSurface, SurfaceDeps } from "../define.ts";
import { type AccessPolicy, accessOf, type Caller } from "./access.ts";
import { json, page } from "./answers.ts";
import { type AssetLinks, loadAssets } from "./assets.ts";
import { answerVote } from "./cast-vote.ts";
import { createLiveStreams, type LiveStreams } from "./live.ts";
import { notFound } from "./not-found.ts";
import { incidentPage } from "./page-incident.ts";
import { indexPage } from "./page-index.ts";
import { messagePage } from "./page-shell.ts";
import { answerPostmortem, MAX_POSTMORTEM_BYTES, POSTMORTEM_EXPORTS, savePostmortem } from "./postmortem.ts";
import { type Visitor, visitorOf } from "./visitor.ts";

export interface SiteOptions {
  readonly assetsFolder: string;
  readonly access: AccessPolicy;
  readonly live: { readonly lookEveryMs: number; readonly heartbeatEveryMs: number; readonly maxConnections: number };
}

/** What every handler of the site needs. */
export interface Site {
  readonly deps: SurfaceDeps;
  readonly assets: AssetLinks;
  readonly access: AccessPolicy;
}

const LISTED = 100;
/** How many answers the index looks up; each costs a read. */
const ANSWERS_LISTED = 10;
const MAX_FORM_BYTES = 10_000;
const ID_FORM = /^[\w.:-]{1,100}$/u;

/** All routes of the site around the verbs. Starts nothing but the live stream's timers. */
export function createSite(deps: SurfaceDeps, options: SiteOptions): RunningSurface {
  const { links: assets, route: assetRoute } = loadAssets(options.assetsFolder);
  const site: Site = { deps, assets, access: options.access };
  const streams = createLiveStreams({
    ...options.live,
    look: (incident) => newest(deps, incidentId(incident)),
    onError: (cause) => deps.logger.warn({ err: cause }, "live page could not read an incident"),
  });
  return {
    routes: [
      assetRoute,
      guarded(site, "/", (_request, visitor) => answerIndex(site, visitor)),
      ...POSTMORTEM_EXPORTS.map(({ ending, answer }) =>
        guarded(site, `/i/:incident/postmortem.${ending}`, (request, visitor) => answer(site, request, visitor)),
      ),
      guarded(site, "/i/:incident/postmortem", (request, visitor) => answerPostmortem(site, request, visitor)),
      {
        ...guarded(site, "/i/:incident/postmortem", (request, visitor) => savePostmortem(site, request, visitor)),
        method: "POST",
        maxBodyBytes: MAX_POSTMORTEM_BYTES,
      },
      guarded(site, "/i/:incident", (request, visitor) => answerIncident(site, request, visitor)),
      {
        ...guarded(site, "/i/:incident/feedback", (request, visitor) => answerVote(site, request, visitor)),
        ...POST_FORM,
      },
      {
        kind: "node",
        path: "/i/:incident/live",
        handle: (request, response) => openStream(site, streams, { request, response }),
      },
    ],
    stop: async () => streams.stop(),
  };
}

const POST_FORM = { method: "POST", maxBodyBytes: MAX_FORM_BYTES } as const;

/** A page for people who may see it; the rest get the way to sign in, or how to protect the install. */
function guarded(
  site: Site,
  path: string,
  answer: (request: HttpRequest, visitor: Visitor) => Promise<HttpResponse>,
): PlainRoute {
  return {
    kind: "plain",
    method: "GET",
    path,
    maxBodyBytes: 0,
    handle: async (request) => {
      const { headers, remoteAddress } = request;
      const caller = { authorization: headers["authorization"], host: headers["host"], remoteAddress };
      const access = accessOf(site.access, caller);
      if (access.kind !== "granted") return refusal(site, access.kind);
      return answer(request, visitorOf(site.deps, { cookie: headers["cookie"], userName: access.userName }));
    },
  };
}

function refusal({ assets }: Site, kind: "sign-in" | "closed"): HttpResponse {
  if (kind === "sign-in") {
    const challenge = { "www-authenticate": 'Basic realm="TraceOps", charset="UTF-8"' };
    return page(401, messagePage(assets, "Sign in", "Any user name and the password of this install."), challenge);
  }
  const help =
    "Incident pages quote logs, so they open only on the machine TraceOps runs on until an administrator sets WEB_PASSWORD, or WEB_OPEN=yes behind a sign-in proxy.";
  return page(403, messagePage(assets, "These pages are not open yet", help));
}

async function answerIndex({ deps, assets }: Site, { actor, setCookie }: Visitor): Promise<HttpResponse> {
  const incidents = await deps.verbs.listIncidents(actor, { limit: LISTED });
  const open = incidents.filter(({ status }) => status !== "resolved").slice(0, ANSWERS_LISTED);
  const answers = await Promise.all(open.map(({ id }) => deps.verbs.getIncident(actor, id)));
  const causes = new Map(answers.flatMap((answer) => (answer ? [[answer.incident.id, answer.view.card.cause]] : [])));
  const listed = incidents.map((incident) => ({ incident, cause: causes.get(incident.id) ?? null }));
  return page(200, indexPage(listed, assets), { "set-cookie": setCookie });
}

/** One route for the page and the document: "/i/INC-7" and "/i/INC-7.json". */
async function answerIncident(site: Site, { params }: HttpRequest, visitor: Visitor): Promise<HttpResponse> {
  const name = params["incident"] ?? "";
  const isDocument = name.endsWith(".json");
  const id = isDocument ? name.slice(0, -".json".length) : name;
  const answer = await find(site, visitor.actor, id);
  if (isDocument) {
    if (answer === null) return json(404, { error: "not-found" });
    return answer.analysis === null ? json(202, { status: "investigating", incident: id }) : json(200, answer.analysis);
  }
  if (answer === null) return notFound(site.assets);
  return page(200, incidentPage(answer, visitor, site.assets), { "set-cookie": visitor.setCookie });
}

async function find({ deps }: Site, actor: Actor, id: string) {
  return ID_FORM.test(id) ? deps.verbs.getIncident(actor, incidentId(id)) : null;
}

async function openStream(
  site: Site,
  streams: LiveStreams,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const id = /^\/i\/([^/?#]+)\/live(?:[?#]|$)/u.exec(request.url ?? "")?.[1] ?? "";
  const caller: Caller = {
    authorization: request.headers.authorization,
    host: request.headers.host,
    remoteAddress: request.socket.remoteAddress ?? "",
  };
  const isAllowed = request.method === "GET" && accessOf(site.access, caller).kind === "granted";
  if (!isAllowed || !ID_FORM.test(id)) {
    response.writeHead(isAllowed ? 404 : 403, { "content-type": "text/plain; charset=utf-8" });
    response.end(isAllowed ? "not found\n" : "forbidden\n");
    return;
  }
  await streams.open(id, request, response);
}

async function newest({ verbs }: SurfaceDeps, id: IncidentId) {
  const actor: Actor = { kind: "web-user", tenant: DEFAULT_TENANT, id: "web:live", name: safe`live page` };
  const answer = await verbs.getIncident(actor, id);
  return answer === null ? null : { sequence: answer.sequence, notification: answer.view.notification };
}
