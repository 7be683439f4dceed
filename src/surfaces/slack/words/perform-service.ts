import { epochMs } from "../../../core/ids.ts";
import { cutSafe, own, ownWords, type Safe, safe } from "../../../core/safe.ts";
import { investigateHere } from "../acts/investigate-here.ts";
import type { Desk } from "../desk.ts";
import type { Drawing } from "../drawing/message.ts";
import { escaped, md } from "../drawing/mrkdwn.ts";
import { inviteHint } from "../membership.ts";
import { type Answer, isDirect, type Performed } from "./asked.ts";
import { channelMd } from "./channel-words.ts";
import { parseServiceAndTime } from "./read-words.ts";
import { say, sayMd } from "./replies.ts";
import { changesReply, graphReply, onCallReply } from "./replies-service.ts";
import { howTo, onIncident } from "./which-incident.ts";

const DEFAULT_SINCE_MS = 2 * 60 * 60_000;
const MAX_NAME = 200;

/** What changed lately, also without any incident. */
export async function changes(desk: Desk, asked: Performed): Promise<Answer> {
  const { service, sinceMs } = parseServiceAndTime(asked.rest);
  const answer = await desk.verbs.recentChanges(asked.actor, {
    service: service === null ? null : nameOf(desk, service),
    sinceMs: epochMs(desk.clock.nowMs() - (sinceMs ?? DEFAULT_SINCE_MS)),
  });
  const drawing = changesReply(answer, {
    service: service === null ? null : cutSafe(nameOf(desk, service), 60),
    windowMs: sinceMs ?? DEFAULT_SINCE_MS,
    links: desk.links,
  });
  return { drawing, share: { word: "changes", rest: asked.rest } };
}

/** Both directions of one service. */
export async function graph(desk: Desk, asked: Performed): Promise<Answer> {
  const service = asked.rest.trim();
  if (service === "") return { drawing: howTo(asked), share: null };
  const dependencies = await desk.verbs.dependencies(asked.actor, nameOf(desk, service));
  return { drawing: graphReply(dependencies, desk.command), share: { word: "graph", rest: service } };
}

/** Who is called first for a service, or for the service of the incident that is meant. */
export async function oncall(desk: Desk, asked: Performed): Promise<Answer> {
  const service = asked.rest.trim();
  if (service === "" || asked.chosen !== null) return onCallOfIncident(desk, { ...asked, rest: "" });
  const answer = await desk.verbs.onCall(asked.actor, nameOf(desk, service));
  return { drawing: onCallReply(answer), share: { word: "oncall", rest: service } };
}

const onCallOfIncident = onIncident(async (desk, { actor }, { incident }) => {
  if (incident.service === null) {
    return say(safe`Nobody knows the service of ${ownWords(incident.id)}. Name one: ${desk.command} oncall checkout`);
  }
  return onCallReply(await desk.verbs.onCall(actor, incident.service));
});

/** Looks into a service without an alert. The card comes to where it was asked for, unless it stands somewhere already. */
export async function investigate(desk: Desk, asked: Performed): Promise<Drawing> {
  const { service, sinceMs } = parseServiceAndTime(asked.rest);
  if (service === null) return howTo(asked);
  const { actor } = asked;
  const name = nameOf(desk, service);
  const { id, standsIn: stands } = await investigateHere(desk, actor, {
    service: name,
    sinceMs: sinceMs === null ? null : epochMs(desk.clock.nowMs() - sinceMs),
    channel: asked.channel,
  });
  const shown = cutSafe(name, 80);
  if (stands !== null) {
    const where = stands.channel === asked.channel ? md`this channel` : channelMd(stands.channel);
    return sayMd(
      md`${escaped(safe`${ownWords(id)} of ${shown} is open already and is looked at again. Its card stands in`)} ${where}.`,
    );
  }
  const here = isDirect(asked.channel) ? safe`here` : safe`into this channel`;
  const invite = await inviteHint(desk, asked.channel);
  const hint = invite === null ? safe`` : safe` ${invite}`;
  return say(safe`Looking into ${shown}${since(sinceMs)} as ${ownWords(id)}. The card comes ${here}.${hint}`);
}

function since(sinceMs: number | null): Safe {
  if (sinceMs === null) return safe``;
  return safe` from ${ownWords(own(String(Math.round(sinceMs / 60_000))))} min ago on`;
}

function nameOf(desk: Desk, service: string): Safe {
  return cutSafe(desk.redactor.text(service), MAX_NAME);
}
