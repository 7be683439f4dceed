import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { z } from "zod";
import type { Actor } from "../../../app/actor.ts";
import { epochMs } from "../../../core/ids.ts";
import { cutSafe, type Safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import type { Ear, Listener } from "../listener.ts";
import type { Principal } from "../people.ts";
import { knownServices } from "./incident-choices.ts";
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
import { builtView } from "./modal-open.ts";
import { type About, readAbout } from "./modal-parts.ts";
import { PressBody, principalOf, quietly, valueIn } from "./pressed-body.ts";
import { onShortcut, type Shortcut } from "./shortcut.ts";

const HOUR_MS = 60 * 60_000;
const MAX_WINDOWS = 500;

/** "What changed?" of the search bar: a window with what changed, in all sources, and two menus to narrow it. */
export const changes: Ear = {
  actions: [WINDOW_ACTION, SERVICE_ACTION],
  shortcuts: ["changes.open"],
  connect: (app, listener) => {
    const turns = new Turns();
    onShortcut(app, listener, { id: "changes.open", act: (desk, shortcut) => open(desk, shortcut, turns) });
    for (const action of [WINDOW_ACTION, SERVICE_ACTION]) onFilter(app, listener, { action, turns });
  },
};

/** Knows the newest question of each window: an answer that comes after a newer question is for nobody. */
class Turns {
  readonly #newest = new Map<string, number>();

  begin(viewId: string): number {
    const turn = (this.#newest.get(viewId) ?? 0) + 1;
    if (this.#newest.size >= MAX_WINDOWS) this.#newest.clear();
    this.#newest.set(viewId, turn);
    return turn;
  }

  isNewest(viewId: string, turn: number): boolean {
    return this.#newest.get(viewId) === turn;
  }
}

const Opened = z.object({ view: z.object({ id: z.string().min(1) }) });

/** The window opens with its filters at once: what opens it lives three seconds, the sources may take longer. */
async function open(desk: Desk, { triggerId, principal }: Shortcut, turns: Turns): Promise<void> {
  const wanted: ChangesWanted = { hours: DEFAULT_HOURS, service: null };
  await quietly(desk, async () => {
    const view = reading(desk, wanted, []);
    const opened = Opened.parse(await desk.client.views.open({ trigger_id: triggerId, view }));
    await show(desk, { principal, wanted, viewId: opened.view.id }, turns);
  });
}

function onFilter(
  app: App,
  listener: Listener,
  { action, turns }: { readonly action: string; readonly turns: Turns },
): void {
  app.action(action, async ({ ack, body }) => {
    await ack();
    const parsed = PressBody.safeParse(body);
    const view = parsed.success ? parsed.data.view : null;
    const about = view == null ? null : readAbout(view.private_metadata);
    if (!parsed.success || view == null || about === null) return;
    const principal = principalOf(parsed.data);
    const desk = listener.at(principal.team);
    const wanted = wantedBy(desk, about, { action, chosen: valueIn(parsed.data) });
    await listener.inFlight.run(() => quietly(desk, () => show(desk, { principal, wanted, viewId: view.id }, turns)));
  });
}

/** What the menus say now: one was changed, the other stays as it was. */
function wantedBy(
  { redactor }: Desk,
  about: About,
  { action, chosen }: { readonly action: string; readonly chosen: string | undefined },
): ChangesWanted {
  const isWindow = action === WINDOW_ACTION;
  const service = isWindow ? (about.service ?? ALL) : (chosen ?? ALL);
  return {
    hours: isWindow ? hoursOf(chosen) : (about.hours ?? DEFAULT_HOURS),
    service: service === ALL ? null : cutSafe(redactor.text(service), 150),
  };
}

interface Question {
  readonly principal: Principal;
  readonly wanted: ChangesWanted;
  readonly viewId: string;
}

/** Says first that it reads, then what it read. */
async function show(desk: Desk, { principal, wanted, viewId }: Question, turns: Turns): Promise<void> {
  const turn = turns.begin(viewId);
  const actor = await desk.people.actor(principal);
  const services = await knownServices(desk, actor).catch((): readonly Safe[] => []);
  await desk.client.views.update({ view_id: viewId, view: reading(desk, wanted, services) });
  const view = await builtView(desk, CHANGES_TITLE, () => answerOf(desk, actor, { wanted, services }));
  if (turns.isNewest(viewId, turn)) await desk.client.views.update({ view_id: viewId, view });
}

function reading({ links }: Desk, wanted: ChangesWanted, services: readonly Safe[]): ModalView {
  return changesModal(wanted, { answer: null, services, links });
}

async function answerOf(
  desk: Desk,
  actor: Actor,
  { wanted, services }: { readonly wanted: ChangesWanted; readonly services: readonly Safe[] },
): Promise<ModalView> {
  const sinceMs = epochMs(desk.clock.nowMs() - wanted.hours * HOUR_MS);
  const answer = await desk.verbs.recentChanges(actor, { service: wanted.service, sinceMs });
  const found = answer.changes.flatMap(({ service }) => service ?? []);
  return changesModal(wanted, { answer, services: [...found, ...services], links: desk.links });
}
