import { z } from "zod";
import type { Preference } from "../../../app/people-ports.ts";
import { epochMs } from "../../../core/ids.ts";
import { cutSafe, type Safe, safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import type { Drawing } from "../drawing/message.ts";
import { dayMd, escaped, joinMd, md } from "../drawing/mrkdwn.ts";
import { inviteHint } from "../membership.ts";
import { SCOPES } from "../routing.ts";
import { isDirect, type Performed } from "./asked.ts";
import { channelMd } from "./channel-words.ts";
import { parseServiceAndTime } from "./read-words.ts";
import { say, sayMd } from "./replies.ts";
import { howTo } from "./which-incident.ts";

const DEFAULT_MUTE_MS = 60 * 60_000;
const MAX_NAME = 200;
const MAX_LISTED = 15;
const MAX_LOOKED = 200;

const Mute = z.object({ untilMs: z.number() });
const Route = z.object({ team: z.string().nullish(), channel: z.string() });

/** Quiet about a service for a while; alone the list of what is quiet. */
export async function mute(desk: Desk, asked: Performed): Promise<Drawing> {
  const { service, sinceMs } = parseServiceAndTime(asked.rest);
  if (service === null) return asked.rest.trim() === "" ? mutes(desk, asked) : howTo(asked);
  const name = await nameIn(desk, asked, { scope: SCOPES.mute, service });
  await mayRoute(desk, asked, name);
  const untilMs = epochMs(desk.clock.nowMs() + (sinceMs ?? DEFAULT_MUTE_MS));
  await keep(desk, asked, { scope: SCOPES.mute, name, value: { untilMs } });
  const unknown = (await isSeen(desk, asked, name))
    ? md``
    : md` No incident so far was about a service of this name: please check how it is written.`;
  return sayMd(
    md`No new cards of ${shown(name)} until ${dayMd(untilMs)}; cards that stand already go on. \`${escaped(safe`${desk.command} unmute ${short(name)}`)}\` ends it.${unknown}`,
  );
}

async function mutes(desk: Desk, { actor }: Performed): Promise<Drawing> {
  const now = desk.clock.nowMs();
  const listed = await desk.preferences.list(actor.tenant, SCOPES.mute);
  const running = listed.flatMap((each) => {
    const parsed = Mute.safeParse(each.value);
    return parsed.success && parsed.data.untilMs > now ? [{ ...each, untilMs: epochMs(parsed.data.untilMs) }] : [];
  });
  if (running.length === 0) return say(safe`Nothing is muted.`);
  const lines = running
    .slice(0, MAX_LISTED)
    .map(({ name, untilMs, by }) => md`• ${foreign(desk, name)} until ${dayMd(untilMs)}, by ${shown(by)}`);
  return sayMd(joinMd([md`*Muted: ${running.length}*`, ...lines], "\n"));
}

/** New cards of the service come again. */
export async function unmute(desk: Desk, asked: Performed): Promise<Drawing> {
  const service = asked.rest.trim();
  if (service === "") return howTo(asked);
  const found = await find(desk, asked, { scope: SCOPES.mute, service });
  if (found === null) return sayMd(md`${foreign(desk, service)} is not muted.`);
  await mayRoute(desk, asked, found.name);
  await desk.preferences.remove(asked.actor.tenant, SCOPES.mute, found.name);
  return sayMd(md`New cards of ${foreign(desk, service)} come again.`);
}

/** New cards of a service come into this channel; alone the list of those that do. */
export async function watch(desk: Desk, asked: Performed): Promise<Drawing> {
  const service = asked.rest.trim();
  if (service === "") return watched(desk, asked);
  if (isDirect(asked.channel)) {
    return say(
      safe`A direct message is for one person, and cards are for a team. Type it in the channel that should get them.`,
    );
  }
  const before = placeOf(await find(desk, asked, { scope: SCOPES.route, service }));
  const name = await nameIn(desk, asked, { scope: SCOPES.route, service });
  await mayRoute(desk, asked, name);
  await keep(desk, asked, { scope: SCOPES.route, name, value: { team: asked.team, channel: asked.channel } });
  const invite = await inviteHint(desk, asked.channel);
  const moved =
    before === null || before.channel === asked.channel
      ? md``
      : md` Before, they went to ${channelMd(before.channel)}.`;
  return sayMd(
    md`New cards of ${shown(name)} come into this channel.${moved} \`${escaped(safe`${desk.command} unwatch ${short(name)}`)}\` ends it.${invite === null ? md`` : md` ${escaped(invite)}`}`,
  );
}

async function watched(desk: Desk, asked: Performed): Promise<Drawing> {
  const routes = await desk.preferences.list(asked.actor.tenant, SCOPES.route);
  const here = routes.filter((route) => isHere(desk, asked, placeOf(route)));
  if (here.length === 0) {
    return say(
      safe`This channel watches no service by itself. "${desk.command} watch checkout" would bring the cards of checkout here.`,
    );
  }
  const lines = here.slice(0, MAX_LISTED).map(({ name, by }) => md`• ${foreign(desk, name)}, by ${shown(by)}`);
  return sayMd(joinMd([md`*Services with their cards here: ${here.length}*`, ...lines], "\n"));
}

/** The usual way again, only for a service that is watched here. */
export async function unwatch(desk: Desk, asked: Performed): Promise<Drawing> {
  const service = asked.rest.trim();
  if (service === "") return howTo(asked);
  const found = await find(desk, asked, { scope: SCOPES.route, service });
  const place = placeOf(found);
  if (found === null || place === null) return sayMd(md`No channel watches ${foreign(desk, service)}.`);
  if (!isHere(desk, asked, place)) {
    return sayMd(md`${foreign(desk, service)} is watched in ${channelMd(place.channel)}: type it there.`);
  }
  await mayRoute(desk, asked, found.name);
  await desk.preferences.remove(asked.actor.tenant, SCOPES.route, found.name);
  return sayMd(md`New cards of ${foreign(desk, service)} go to the usual channel again.`);
}

function placeOf(preference: Preference | null): z.infer<typeof Route> | null {
  const parsed = Route.safeParse(preference?.value);
  return parsed.success ? parsed.data : null;
}

/** Two workspaces may have a channel of the same id; without a workspace the first one is meant. */
function isHere(desk: Desk, { team, channel }: Performed, place: z.infer<typeof Route> | null): boolean {
  if (place?.channel !== channel) return false;
  return place.team == null ? desk.team === null : place.team === team || place.team === desk.team;
}

/** Throws where the policy does not let this person change where the service's cards go. */
function mayRoute(desk: Desk, { actor }: Performed, service: string): Promise<void> {
  return desk.access.require(actor, "service.route", { services: [service] });
}

interface Named {
  readonly scope: string;
  readonly service: string;
}

/** How a name is written makes no second choice. */
async function find(desk: Desk, { actor }: Performed, { scope, service }: Named): Promise<Preference | null> {
  const listed = await desk.preferences.list(actor.tenant, scope);
  return listed.find(({ name }) => name.toLowerCase() === service.toLowerCase()) ?? null;
}

async function nameIn(desk: Desk, asked: Performed, named: Named): Promise<Safe> {
  const found = await find(desk, asked, named);
  return cutSafe(desk.redactor.text(found?.name ?? named.service), MAX_NAME);
}

async function keep(
  desk: Desk,
  { actor }: Performed,
  choice: { readonly scope: string; readonly name: Safe; readonly value: unknown },
): Promise<void> {
  await desk.preferences.set(actor.tenant, { ...choice, by: actor.name, atMs: desk.clock.nowMs() });
}

async function isSeen(desk: Desk, { actor }: Performed, name: Safe): Promise<boolean> {
  const incidents = await desk.verbs.listIncidents(actor, { limit: MAX_LOOKED });
  return incidents.some(({ service, services }) =>
    [service, ...services].some((each) => each?.toLowerCase() === name.toLowerCase()),
  );
}

function foreign(desk: Desk, name: string) {
  return shown(desk.redactor.text(name));
}

function shown(name: Safe) {
  return escaped(short(name));
}

function short(name: Safe): Safe {
  return cutSafe(name, 60);
}
