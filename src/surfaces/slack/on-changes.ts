import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { epochMs } from "../../core/ids.ts";
import type { Desk } from "./desk.ts";
import { knownServices } from "./incident-choices.ts";
import type { Ear, Listener } from "./listener.ts";
import {
  ALL,
  CHANGES_TITLE,
  type ChangesWanted,
  changesModal,
  DEFAULT_HOURS,
  hoursOf,
  SERVICE_ACTION,
  WINDOW_ACTION,
} from "./modal-changes.ts";
import { openThenFill, refill } from "./modal-open.ts";
import { type About, readAbout } from "./modal-parts.ts";
import type { Principal } from "./people.ts";
import { PressBody, principalOf, quietly, valueIn } from "./pressed-body.ts";
import { onShortcut } from "./shortcut.ts";

const HOUR_MS = 60 * 60_000;

/** "What changed?" of the search bar: a window with what changed, in all sources, and two menus to narrow it. */
export const changes: Ear = {
  actions: [WINDOW_ACTION, SERVICE_ACTION],
  shortcuts: ["changes.open"],
  connect: (app, listener) => {
    onShortcut(app, listener, {
      id: "changes.open",
      act: (desk, { principal, triggerId }) =>
        openThenFill(desk, {
          triggerId,
          title: CHANGES_TITLE,
          build: () => windowOf(desk, principal, { hours: DEFAULT_HOURS, service: null }),
        }),
    });
    for (const action of [WINDOW_ACTION, SERVICE_ACTION]) onMenu(app, listener, action);
  },
};

function onMenu(app: App, listener: Listener, action: string): void {
  app.action(action, async ({ ack, body }) => {
    await ack();
    const pressed = PressBody.safeParse(body);
    const view = pressed.success ? pressed.data.view : null;
    const about = view == null ? null : readAbout(view.private_metadata);
    if (!pressed.success || view == null || about === null) return;
    const chosen = valueIn(pressed.data);
    const principal = principalOf(pressed.data);
    const desk = listener.at(principal.team);
    const wanted = wantedBy(desk, about, { action, chosen });
    await listener.inFlight.run(() => show(desk, { principal, viewId: view.id, wanted }));
  });
}

/** What the menus say now: one was changed, the other stays as it was. */
function wantedBy(
  { redactor }: Desk,
  about: About,
  { action, chosen }: { readonly action: string; readonly chosen: string | undefined },
): ChangesWanted {
  const before = about.service === undefined ? null : redactor.text(about.service);
  if (action === WINDOW_ACTION) return { hours: hoursOf(chosen), service: before };
  const service = chosen === undefined || chosen === ALL ? null : redactor.text(chosen);
  return { hours: about.hours ?? DEFAULT_HOURS, service };
}

interface Showing {
  readonly principal: Principal;
  readonly viewId: string;
  readonly wanted: ChangesWanted;
}

/** First the new choice without a list, because reading the sources may take long. */
async function show(desk: Desk, { principal, viewId, wanted }: Showing): Promise<void> {
  await quietly(desk, () =>
    desk.client.views.update({
      view_id: viewId,
      view: changesModal(wanted, { answer: null, services: [], links: desk.links }),
    }),
  );
  await refill(desk, { viewId, title: CHANGES_TITLE, build: () => windowOf(desk, principal, wanted) });
}

async function windowOf(desk: Desk, principal: Principal, wanted: ChangesWanted): Promise<ModalView> {
  const actor = await desk.people.actor(principal);
  const sinceMs = epochMs(desk.clock.nowMs() - wanted.hours * HOUR_MS);
  const [answer, services] = await Promise.all([
    desk.verbs.recentChanges(actor, { service: wanted.service, sinceMs }),
    knownServices(desk, actor),
  ]);
  return changesModal(wanted, { answer, services, links: desk.links });
}
