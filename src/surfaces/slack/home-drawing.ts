import { setTimeout as sleep } from "node:timers/promises";
import type { HomeView } from "@slack/types";
import { type Safe, safe } from "../../core/safe.ts";
import { section } from "./blocks.ts";
import type { Desk } from "./desk.ts";
import type { DrawHome, Guest } from "./home-guests.ts";
import { readHome, type SharedReadings, sharedReadings } from "./home-read.ts";
import { HOME_VIEW, homeView } from "./home-view.ts";
import type { Listener } from "./listener.ts";
import { md } from "./mrkdwn.ts";
import { classify } from "./slack-errors.ts";
import { VERSION } from "./version.ts";

/** Draws Homes: what is known at once, and again when slow sources have answered. */
export function homeDrawing(listener: Pick<Listener, "at" | "homes">): DrawHome {
  const readings = new Map<Desk, SharedReadings>();
  const pausedUntil = new Map<Desk, number>();
  return async (guest, notice) => {
    const desk = listener.at(guest.team);
    if ((pausedUntil.get(desk) ?? 0) > desk.clock.nowMs()) return;
    const shared = readings.get(desk) ?? sharedReadings(desk, await desk.people.actor(guest));
    readings.set(desk, shared);
    const waitMs = await publishView(desk, guest, await viewOf(desk, guest, { shared, notice }));
    if (waitMs > 0) pausedUntil.set(desk, desk.clock.nowMs() + waitMs);
    if (waitMs > 0 || isReading(shared)) void again(listener, guest, { shared, waitMs });
  };
}

async function viewOf(
  desk: Desk,
  guest: Guest,
  { shared, notice }: { readonly shared: SharedReadings; readonly notice: Safe | null },
): Promise<HomeView> {
  try {
    const content = await readHome(desk, guest, { shared, version: VERSION, notice });
    return homeView(content, { links: desk.links, command: desk.command });
  } catch (error) {
    desk.logger.error({ error: error instanceof Error ? error.name : "unknown" }, "an app home could not be read");
    const words = md`TraceOps could not read its own data just now. Open this page again in a minute; "traceops doctor" says more.`;
    return { type: "home", callback_id: HOME_VIEW, blocks: [section("failed", words)] };
  }
}

/** Shows a view to one person; how long Slack wants us to wait, 0 when it took it or will not take it at all. */
async function publishView({ client, logger }: Desk, { user }: Guest, view: HomeView): Promise<number> {
  try {
    await client.views.publish({ user_id: user, view });
    return 0;
  } catch (error) {
    const failure = classify(error);
    logger.warn({ failure }, "slack took no app home");
    return failure.kind === "rate-limited" ? failure.waitMs : 0;
  }
}

function isReading({ health, changes, record }: SharedReadings): boolean {
  return health.isReading || changes.isReading || record.isReading;
}

async function again(
  { homes }: Pick<Listener, "homes">,
  guest: Guest,
  { shared, waitMs }: { readonly shared: SharedReadings; readonly waitMs: number },
): Promise<void> {
  const { health, changes, record } = shared;
  await Promise.all([health.whole(), changes.whole(), record.whole(), sleep(waitMs, null, { ref: false })]);
  homes.redraw(guest);
}

/** What a Home says when a press could not be carried out. */
export const PRESS_FAILED = safe`That did not work. Nothing is lost; please try again in a minute.`;
