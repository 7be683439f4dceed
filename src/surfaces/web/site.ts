import type { IncomingMessage, ServerResponse } from "node:http";
import { ForbiddenError } from "../../app/access/access.ts";
import type { Actor } from "../../app/actor.ts";
import { DEFAULT_TENANT, type IncidentId, incidentId } from "../../core/ids.ts";
import { safe } from "../../core/safe.ts";
import { type HttpRequest, type HttpResponse, headerTexts, type PlainRoute } from "../../platform/http-route.ts";
import type { RunningSurface, SurfaceDeps } from "../define.ts";
import type { AccessPolicy } from "./access.ts";
import { json, page } from "./answers.ts";
import { type AssetLinks, loadAssets } from "./assets.ts";
import { answerVote } from "./cast-vote.ts";
import { admit, forbidden, type Knock } from "./doorway.ts";
import { createLiveStreams, type LiveDeps, type LiveStreams } from "./live.ts";
import { notFound } from "./not-found.ts";
import { incidentPage } from "./page-incident.ts";
import { indexPage } from "./page-index.ts";
import { answerPostmortem, MAX_POSTMORTEM_BYTES, POSTMORTEM_EXPORTS, savePostmortem } from "./postmortem.ts";
import type { Visitor } from "./visitor.ts";

export interface SiteOptions {
  readonly assetsFolder: string;
  readonly access: AccessPolicy;
  readonly live: Pick<LiveDeps, "askEveryMs" | "lookEveryMs" | "heartbeatEveryMs" | "maxConnections">;
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
      guarded(site, POST_POSTMORTEM, (request, visitor) => savePostmortem(site, request, visitor)),
      guarded(site, "/i/:incident", (request, visitor) => answerIncident(site, request, visitor)),
      guarded(site, POST_VOTE, (request, visitor) => answerVote(site, request, visitor)),
      {
        kind: "node",
        path: "/i/:incident/live",
        handle: (request, response) => openStream(site, streams, { request, response }),
      },
    ],
    stop: async () => streams.stop(),
  };
}

const POST_VOTE = { method: "POST", maxBodyBytes: MAX_FORM_BYTES, path: "/i/:incident/feedback" } as const;
const POST_POSTMORTEM = {
  method: "POST",
  maxBodyBytes: MAX_POSTMORTEM_BYTES,
  path: "/i/:incident/postmortem",
} as const;

/** A page for people who may see it; the rest get the way to sign in, or how to protect the install. */
function guarded(
  site: Site,
  at: string | Pick<PlainRoute, "method" | "maxBodyBytes" | "path">,
  answer: (request: HttpRequest, visitor: Visitor) => Promise<HttpResponse>,
): PlainRoute {
  const route = typeof at === "string" ? { method: "GET" as const, maxBodyBytes: 0, path: at } : at;
  return {
    kind: "plain",
    ...route,
    handle: async (request) => {
      const admission = admit(site, knockOf(request, route.path, route.method));
      if (admission.kind === "answer") return admission.answer;
      try {
        return await answer(request, admission.visitor);
      } catch (error) {
        if (error instanceof ForbiddenError) return forbidden(site, request, error);
        throw error;
      }
    },
  };
}

function knockOf({ headers, params, query, remoteAddress }: HttpRequest, path: string, method: string): Knock {
  const named = params["incident"];
  return {
    method,
    query,
    path: path.replace(":incident", encodeURIComponent(named ?? "")),
    incident: named?.replace(/\.json$/u, "") ?? null,
    caller: { headers, remoteAddress },
  };
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
  const status = ID_FORM.test(id) ? await watchStatus(site, request, id) : 404;
  if (status !== 200) {
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
    response.end(status === 404 ? "not found\n" : "forbidden\n");
    return;
  }
  await streams.open(id, {
    request,
    response,
    mayWatch: async () => (await watchStatus(site, request, id)) === 200,
  });
}

/** 403 for who is not let in at all, 404 where this incident does not exist for them. */
async function watchStatus(site: Site, request: IncomingMessage, id: string): Promise<200 | 403 | 404> {
  const { method = "GET", headers, socket } = request;
  const caller = { headers: headerTexts(headers), remoteAddress: socket.remoteAddress ?? "" };
  const admission = admit(site, { method, path: "/", query: new URLSearchParams(), incident: null, caller });
  if (method !== "GET" || admission.kind !== "in") return 403;
  return (await mayWatch(site, admission.visitor, id)) ? 200 : 404;
}

async function mayWatch({ deps }: Site, { actor }: Visitor, id: string): Promise<boolean> {
  return deps.access.allows(actor, "incident.read", { incident: incidentId(id) });
}

/** One look for everybody who watches; each of them was asked for before. */
async function newest({ verbs }: SurfaceDeps, id: IncidentId) {
  const actor: Actor = { kind: "job", tenant: DEFAULT_TENANT, id: "web:live", name: safe`live page` };
  const answer = await verbs.getIncident(actor, id);
  return answer === null ? null : { sequence: answer.sequence, notification: answer.view.notification };
}
