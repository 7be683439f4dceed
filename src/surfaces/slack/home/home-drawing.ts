import { setTimeout as sleep } from "node:timers/promises";
import type { HomeView } from "@slack/types";
import { ForbiddenError } from "../../../app/access/access.ts";
import type { Actor } from "../../../app/actor.ts";
import { DEFAULT_TENANT } from "../../../core/ids.ts";
import { type Safe, safe } from "../../../core/safe.ts";
import { classify } from "../delivery/slack-errors.ts";
import type { Desk } from "../desk.ts";
import { section } from "../drawing/blocks.ts";
import { escaped, type Mrkdwn, md } from "../drawing/mrkdwn.ts";
import type { Listener } from "../listener.ts";
import type { HomeContent } from "./home-content.ts";
import type { DrawHome, Guest } from "./home-guests.ts";
import { readHome, type SharedReadings, sharedReadings } from "./home-read.ts";
import { HOME_VIEW, homeView } from "./home-view.ts";
import { VERSION } from "./version.ts";

/** Reads what all Homes show alike. What one person may see is read in their own name. */
const HOME: Actor = { kind: "job", tenant: DEFAULT_TENANT, id: "slack home", name: safe`TraceOps` };

/** Draws Homes: what is known at once, and again when slow sources have answered. */
export function homeDrawing(listener: Pick<Listener, "at" | "homes">): DrawHome {
  const readings = new Map<Desk, SharedReadings>();
  const pausedUntil = new Map<Desk, number>();
  return async (guest, notice) => {
    const desk = listener.at(guest.team);
    const pauseMs = (pausedUntil.get(desk) ?? 0) - desk.clock.nowMs();
    if (pauseMs > 0) {
      void again(listener, guest, { shared: readings.get(desk), waitMs: pauseMs });
      return;
    }
    const shared = readings.get(desk) ?? sharedReadings(desk, HOME);
    readings.set(desk, shared);
    const { view, isPartial } = await viewOf(desk, guest, { shared, notice });
    const waitMs = await publishView(desk, guest, view);
    if (waitMs > 0) pausedUntil.set(desk, desk.clock.nowMs() + waitMs);
    if (waitMs > 0 || isPartial) void again(listener, guest, { shared, waitMs });
  };
}

async function viewOf(
  desk: Desk,
  guest: Guest,
  { shared, notice }: { readonly shared: SharedReadings; readonly notice: Safe | null },
): Promise<{ readonly view: HomeView; readonly isPartial: boolean }> {
  try {
    const content = await readHome(desk, guest, { shared, version: VERSION, notice });
    const isPartial = isReading(shared) || saysBeingRead(content);
    return { view: homeView(content, { links: desk.links, command: desk.command }), isPartial };
  } catch (error) {
    if (error instanceof ForbiddenError) return { view: wordsOnly(escaped(error.words)), isPartial: false };
    desk.logger.error({ error: error instanceof Error ? error.name : "unknown" }, "an app home could not be read");
    const words = md`TraceOps could not read its own data just now. Open this page again in a minute; "traceops doctor" says more.`;
    return { view: wordsOnly(words), isPartial: false };
  }
}

function wordsOnly(words: Mrkdwn): HomeView {
  return { type: "home", callback_id: HOME_VIEW, blocks: [section("failed", words)] };
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

/** The reading may have ended while the rest was read: what is shown decides. */
function saysBeingRead({ health, changes, record }: HomeContent): boolean {
  return [health, changes, record].some(({ status }) => status === "being-read");
}

function isReading({ health, changes, record }: SharedReadings): boolean {
  return health.isReading || changes.isReading || record.isReading;
}

async function again(
  { homes }: Pick<Listener, "homes">,
  guest: Guest,
  { shared, waitMs }: { readonly shared: SharedReadings | undefined; readonly waitMs: number },
): Promise<void> {
  const readings = shared === undefined ? [] : [shared.health, shared.changes, shared.record];
  await Promise.all([sleep(waitMs, null, { ref: false }), ...readings.map((reading) => reading.whole())]);
  homes.redraw(guest);
}

/** What a Home says when a press could not be carried out. */
export const PRESS_FAILED = safe`That did not work. Nothing is lost; please try again in a minute.`;
