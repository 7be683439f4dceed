import type { App } from "@slack/bolt";
import { z } from "zod";
import { ForbiddenError } from "../../../app/access/access.ts";
import { incidentId } from "../../../core/ids.ts";
import { type Safe, safe } from "../../../core/safe.ts";
import { PressBody, principalOf, quietly, valueIn } from "../acts/pressed-body.ts";
import type { Desk } from "../desk.ts";
import type { Ear, Listener } from "../listener.ts";
import { authorChoiceOf, followServices, keepAuthorChoice, servicesOf } from "./home-choices.ts";
import { homeDrawing, PRESS_FAILED } from "./home-drawing.ts";
import type { Guest } from "./home-guests.ts";
import {
  dmIn,
  readServices,
  readSettings,
  SERVICES_MODAL,
  SETTINGS_MODAL,
  servicesModal,
  settingsModal,
} from "./home-modals.ts";
import { authorLine, knownServices } from "./home-read.ts";
import { endTest, startTest } from "./home-test.ts";
import { zoneOf } from "./home-zone.ts";
import { hearWorkspace, WORKSPACE_EVENTS } from "./onboarding.ts";

/** What a press in the Home does; its words are shown there. Null = nothing to say. */
type HomeAct = (desk: Desk, pressed: HomePress) => Promise<Safe | null>;

interface HomePress {
  readonly guest: Guest;
  readonly value: string;
  readonly triggerId: string | null;
}

const PRESSES: Readonly<Record<string, HomeAct>> = {
  "home.test": async (desk, { guest }) => {
    await startTest(desk, await desk.people.actor(guest), guest);
    return safe`The test alert is on its way. Its card comes into your messages with this app, nobody else sees it.`;
  },
  "home.test.end": async (desk, { guest, value }) => endTest(desk, await desk.people.actor(guest), incidentId(value)),
  "home.services": openServices,
  "home.settings": openSettings,
};

/** The App Home, its buttons and windows, and the welcome in a first channel. */
export const home: Ear = {
  actions: Object.keys(PRESSES),
  views: [SERVICES_MODAL, SETTINGS_MODAL],
  events: ["app_home_opened", ...WORKSPACE_EVENTS],
  connect: (app, listener) => {
    listener.homes.drawWith(homeDrawing(listener));
    hearOpened(app, listener);
    for (const [action, act] of Object.entries(PRESSES)) hearPress(app, listener, { action, act });
    hearWindow(app, listener, { id: SERVICES_MODAL, keep: keepServices });
    hearWindow(app, listener, { id: SETTINGS_MODAL, keep: keepSettings });
    hearWorkspace(app, listener);
  },
};

const Opened = z.object({
  team_id: z.string().min(1),
  event: z.object({ user: z.string().min(1), channel: z.string().min(1), tab: z.string() }),
});

function hearOpened(app: App, listener: Listener): void {
  app.event("app_home_opened", async ({ body }) => {
    const opened = Opened.safeParse(body);
    if (!opened.success || opened.data.event.tab !== "home") return;
    const { team_id: team, event } = opened.data;
    listener.homes.opened({ team, user: event.user, dm: event.channel });
  });
}

const WithView = z.object({ view: z.unknown() });

function hearPress(app: App, listener: Listener, { action, act }: { action: string; act: HomeAct }): void {
  app.action(action, async ({ ack, body }) => {
    await ack();
    await listener.inFlight.run(async () => {
      const pressed = PressBody.safeParse(body);
      const dm = dmIn(WithView.safeParse(body).data?.view);
      if (!pressed.success || dm === null)
        return listener.logger.warn({}, "a press in an app home came in an unknown shape");
      const guest = { ...principalOf(pressed.data), dm };
      const desk = listener.at(guest.team);
      const notice = await noticed(desk, () =>
        act(desk, { guest, value: valueIn(pressed.data) ?? "", triggerId: pressed.data.trigger_id ?? null }),
      );
      if (notice !== null) listener.homes.opened(guest, notice);
    });
  });
}

const Submission = z.object({
  team: z.object({ id: z.string().min(1) }).nullish(),
  user: z.object({ id: z.string().min(1), team_id: z.string().optional() }),
  view: z.unknown(),
});

type Keep = (desk: Desk, guest: Guest, view: unknown) => Promise<Safe | null>;

function hearWindow(app: App, listener: Listener, { id, keep }: { id: string; keep: Keep }): void {
  app.view(id, async ({ ack, body }) => {
    await ack();
    await listener.inFlight.run(async () => {
      const submitted = Submission.safeParse(body);
      const dm = submitted.success ? dmIn(submitted.data.view) : null;
      if (!submitted.success || dm === null) return;
      const guest = { ...principalOf(submitted.data), dm };
      const desk = listener.at(guest.team);
      listener.homes.opened(guest, await noticed(desk, () => keep(desk, guest, submitted.data.view)));
    });
  });
}

async function noticed(desk: Desk, act: () => Promise<Safe | null>): Promise<Safe | null> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ForbiddenError) return error.words;
    desk.logger.error({ error: error instanceof Error ? error.name : "unknown" }, "a press in an app home failed");
    return PRESS_FAILED;
  }
}

async function openServices(desk: Desk, { guest, triggerId }: HomePress): Promise<null> {
  if (triggerId === null) return null;
  const actor = await desk.people.actor(guest);
  const of = { preferences: desk.preferences, tenant: actor.tenant, principal: guest };
  const [known, chosen] = await Promise.all([knownServices(desk, actor), servicesOf(of)]);
  const view = servicesModal(
    known,
    chosen.map((name) => desk.redactor.text(name)),
    guest.dm,
  );
  await quietly(desk, () => desk.client.views.open({ trigger_id: triggerId, view }));
  return null;
}

async function keepServices(desk: Desk, guest: Guest, view: unknown): Promise<Safe | null> {
  const names = readServices(view);
  if (names === null) return null;
  const actor = await desk.people.actor(guest);
  const of = { preferences: desk.preferences, tenant: actor.tenant, principal: guest };
  const services = names.map((name) => desk.redactor.text(name));
  await desk.access.require(actor, "personal.change");
  await followServices(of, services, { by: actor.name, atMs: desk.clock.nowMs() });
  return safe`Your services are saved.`;
}

async function openSettings(desk: Desk, { guest, triggerId }: HomePress): Promise<null> {
  if (triggerId === null) return null;
  const actor = await desk.people.actor(guest);
  const of = { preferences: desk.preferences, tenant: actor.tenant, principal: guest };
  const [choice, zone] = await Promise.all([authorChoiceOf(of), zoneOf(desk.client, guest.user)]);
  const author = choice === null ? null : authorLine(desk, choice);
  const view = settingsModal(author, desk.redactor.text(zone), guest.dm);
  await quietly(desk, () => desk.client.views.open({ trigger_id: triggerId, view }));
  return null;
}

/** A typed e-mail address becomes what changes are stored with: never the address itself. */
async function keepSettings(desk: Desk, guest: Guest, view: unknown): Promise<Safe | null> {
  const settings = readSettings(view);
  if (settings === null) return null;
  const actor = await desk.people.actor(guest);
  const of = { preferences: desk.preferences, tenant: actor.tenant, principal: guest };
  const names = settings.names.map((name) => desk.redactor.text(name)).filter((name) => !name.includes("["));
  const choice = { ...settings, names, channel: guest.dm, zone: await zoneOf(desk.client, guest.user) };
  await desk.access.require(actor, "personal.change");
  await keepAuthorChoice(of, choice, { by: actor.name, atMs: desk.clock.nowMs() });
  return settings.isOn && names.length === 0
    ? safe`Saved, but without your names in Git nothing can be found. "Change" below adds them.`
    : safe`Your settings are saved.`;
}
