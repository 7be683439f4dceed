import type { App } from "@slack/bolt";
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { ForbiddenError } from "../../../app/access/access.ts";
import type { Actor } from "../../../app/actor.ts";
import type { IncidentView } from "../../../core/presentation/view.ts";
import { RefusedFeatures } from "../delivery/refused-features.ts";
import { type CallFailure, classify } from "../delivery/slack-errors.ts";
import type { Desk } from "../desk.ts";
import type { Ear, Listener } from "../listener.ts";
import { placeText } from "../place.ts";
import { incidentEntity } from "./entity.ts";
import { incidentIn, type OwnLink, ownLinks, unfurlsOf } from "./unfurl.ts";

/** Links to our pages and the incident entity behind them. */
export const pages: Ear = {
  events: ["link_shared", "entity_details_requested"],
  connect: (app, listener) => {
    const refused = new RefusedFeatures(listener.clock);
    hearLinks(app, listener, refused);
    hearPane(app, listener, refused);
  },
};

const Shared = z.object({
  team_id: z.string().min(1),
  event: z.object({
    user: z.string().min(1),
    channel: z.string().min(1),
    message_ts: z.string().min(1),
    links: z.array(z.object({ url: z.string().max(3000) })).max(100),
    unfurl_id: z.string().optional(),
    source: z.enum(["composer", "conversations_history"]).optional().catch(undefined),
  }),
});
type SharedLinks = z.infer<typeof Shared>;

interface Shown {
  readonly link: OwnLink;
  readonly view: IncidentView;
}

function hearLinks(app: App, listener: Listener, refused: RefusedFeatures): void {
  app.event("link_shared", async ({ body }) => {
    const shared = Shared.safeParse(body);
    if (!shared.success) return;
    await listener.inFlight.run(() => showLinks(listener.at(shared.data.team_id), shared.data, refused));
  });
}

async function showLinks(desk: Desk, { team_id: team, event }: SharedLinks, refused: RefusedFeatures): Promise<void> {
  const links = ownLinks(
    event.links.map(({ url }) => url),
    desk.publicUrl,
  );
  if (links.length === 0 || refused.has(desk.team, "unfurl")) return;
  // Everybody in the channel reads what stands under the link.
  const channel = placeText({ team: desk.team, channel: event.channel, threadTs: null });
  const actor = await desk.people.actor({ team, user: event.user }, channel);
  const answers = await Promise.all(links.map((link) => seenOrNull(desk, actor, link)));
  const shown = links.flatMap((link, index): readonly Shown[] => {
    const view = answers[index]?.view;
    return view === undefined ? [] : [{ link, view }];
  });
  if (shown.length > 0) await unfurl(desk, { event, shown, refused });
}

/** Somebody who may see nothing shows nothing to others either, and needs no words: the link stays bare. */
async function seenOrNull(desk: Desk, actor: Actor, { incidentId: id }: Pick<OwnLink, "incidentId">) {
  try {
    return await desk.verbs.getIncident(actor, id);
  } catch (error) {
    if (error instanceof ForbiddenError) return null;
    throw error;
  }
}

/** With the entity where the workspace takes it; unfurling twice is harmless. */
async function unfurl(
  desk: Desk,
  { event, shown, refused }: { event: SharedLinks["event"]; shown: readonly Shown[]; refused: RefusedFeatures },
): Promise<void> {
  if (!refused.has(desk.team, "entity")) {
    const failure = await callUnfurl(desk.client, event, { shown, withEntities: true });
    if (failure === null) return;
    if (failure.kind !== "permanent" || !NO_ENTITIES.test(failure.code)) return remember(desk, refused, failure);
    refused.add(desk.team, "entity");
    desk.logger.info(
      { code: failure.code },
      "slack takes no incident entities here: turn on Work Object Previews of the app to have them",
    );
  }
  const failure = await callUnfurl(desk.client, event, { shown, withEntities: false });
  if (failure !== null) remember(desk, refused, failure);
}

/** Refusals that are about the entity, not about the message or the link. */
const NO_ENTITIES = /metadata|entit|feature_not_enabled|invalid_arg/u;

/** Only what an administrator must change is remembered; one line in the log says it. */
function remember(desk: Desk, refused: RefusedFeatures, failure: CallFailure): void {
  if (failure.kind === "permanent" && failure.code === "missing_scope") {
    refused.add(desk.team, "unfurl");
    desk.logger.warn({}, "links to incident pages are shown bare: the app lacks the scope links:write");
    return;
  }
  desk.logger.warn({ failure }, "slack took no unfurl");
}

async function callUnfurl(
  client: WebClient,
  event: SharedLinks["event"],
  { shown, withEntities }: { readonly shown: readonly Shown[]; readonly withEntities: boolean },
): Promise<CallFailure | null> {
  const unfurls = unfurlsOf(shown);
  const metadata = { entities: shown.map(({ link, view }) => incidentEntity(link, view)) };
  const { unfurl_id, source, channel, message_ts: ts } = event;
  const where = unfurl_id !== undefined && source !== undefined ? { unfurl_id, source } : { channel, ts };
  try {
    await client.chat.unfurl({ ...where, unfurls, ...(withEntities ? { metadata } : {}) });
    return null;
  } catch (error) {
    return classify(error);
  }
}

const Requested = z.object({
  team_id: z.string().min(1),
  event: z.object({
    user: z.string().min(1),
    trigger_id: z.string().min(1),
    entity_url: z.string().max(3000),
    app_unfurl_url: z.string().max(3000).optional(),
  }),
});

function hearPane(app: App, listener: Listener, refused: RefusedFeatures): void {
  app.event("entity_details_requested", async ({ body }) => {
    const requested = Requested.safeParse(body);
    if (!requested.success) return;
    await listener.inFlight.run(() => presentDetails(listener.at(requested.data.team_id), requested.data, refused));
  });
}

async function presentDetails(
  desk: Desk,
  { team_id: team, event }: z.infer<typeof Requested>,
  refused: RefusedFeatures,
): Promise<void> {
  if (refused.has(desk.team, "pane")) return;
  const id = incidentIn(event.entity_url, desk.publicUrl);
  const actor = await desk.people.actor({ team, user: event.user });
  const answer = id === null ? null : await seenOrNull(desk, actor, { incidentId: id });
  const details =
    id === null || answer === null
      ? { error: { status: "not_found" } }
      : { metadata: incidentEntity({ url: event.app_unfurl_url ?? event.entity_url, incidentId: id }, answer.view) };
  try {
    await desk.client.entity.presentDetails({ trigger_id: event.trigger_id, ...details });
  } catch (error) {
    const failure = classify(error);
    if (failure.kind === "permanent" && FOR_GOOD.has(failure.code)) refused.add(desk.team, "pane");
    desk.logger.info({ failure }, "slack showed no details of an incident");
  }
}

/** What asking again would not change. */
const FOR_GOOD = new Set(["feature_not_enabled", "missing_scope", "unknown_method"]);
