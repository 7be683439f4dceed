import type { App, RespondFn } from "@slack/bolt";
import { z } from "zod";
import { safe } from "../../../core/safe.ts";
import { PressBody, principalOf, quietly, valueIn } from "../acts/pressed-body.ts";
import { answered } from "../answered.ts";
import { Pending } from "../delivery/pending.ts";
import type { Desk } from "../desk.ts";
import { type Drawing, finish } from "../drawing/message.ts";
import type { Ear, Listener } from "../listener.ts";
import { placeText } from "../place.ts";
import { answerMention, MESSAGE_EVENTS, readMention } from "./answer-mention.ts";
import { homeUrlOf, isDirect } from "./asked.ts";
import { inTime, type Speak } from "./in-time.ts";
import { perform, performWord } from "./perform.ts";
import { PICK_ACTION, readPick } from "./picker.ts";
import { say } from "./replies.ts";
import { sharedBy } from "./replies-incident.ts";
import { readShare, SHARE_ACTION, withShare } from "./share.ts";
import { waitFor, waitForWord } from "./wait-words.ts";
import { helpOf } from "./words.ts";

/** Words after the slash command, after a mention and in a direct message; the menu and the button of their answers. */
export const typedWords: Ear = {
  actions: [PICK_ACTION, SHARE_ACTION],
  events: MESSAGE_EVENTS,
  connect: (app, listener) => {
    const pending = new Pending();
    app.command(listener.command, async ({ ack, body, respond }) => {
      await ack();
      await listener.inFlight.run(() => answerCommand(listener, pending, { body, respond }));
    });
    for (const name of ["app_mention", "message"]) {
      app.event(name, async ({ body }) => {
        const mention = readMention(listener, body);
        if (mention !== null) await listener.inFlight.run(() => answerMention(listener, pending, mention));
      });
    }
    onWordPress(app, listener, { action: PICK_ACTION, act: (desk, press) => pick(desk, pending, press) });
    onWordPress(app, listener, { action: SHARE_ACTION, act: (desk, press) => share(desk, pending, press) });
  },
};

const CommandBody = z.object({
  team_id: z.string().min(1),
  user_id: z.string().min(1),
  channel_id: z.string().min(1),
  text: z.string().default(""),
  api_app_id: z.string().optional(),
});

async function answerCommand(
  listener: Listener,
  pending: Pending,
  { body, respond }: { readonly body: unknown; readonly respond: RespondFn },
): Promise<void> {
  const command = CommandBody.safeParse(body);
  if (!command.success) return listener.logger.warn({}, "a slack command came in an unknown shape");
  const { team_id: team, user_id: user, channel_id: channel, text, api_app_id: appId } = command.data;
  const desk = listener.at(team);
  await inTime({ speak: whisperThrough(desk, respond), wait: waitFor(text) }, () =>
    answered(desk, async () => {
      const principal = { team, user };
      const actor = await desk.people.actor(principal);
      const place = { team, channel, threadTs: null, homeUrl: homeUrlOf(appId, team) };
      return withShare(desk, await perform(desk, { ...place, actor, principal, text, pending }));
    }),
  );
}

/** Answers to one person, each in the place of the one before. */
function whisperThrough(desk: Desk, respond: RespondFn): Speak {
  let said = 0;
  return async (drawing) => {
    const message = finish(drawing, said);
    await quietly(desk, () => respond({ response_type: "ephemeral", replace_original: said > 0, ...message }));
    said += 1;
  };
}

interface WordPress {
  readonly body: PressBody;
  readonly channel: string;
  readonly respond: RespondFn;
}

function onWordPress(
  app: App,
  listener: Listener,
  { action, act }: { readonly action: string; readonly act: (desk: Desk, press: WordPress) => Promise<void> },
): void {
  app.action(action, async ({ ack, body, respond }) => {
    await ack();
    await listener.inFlight.run(async () => {
      const pressed = PressBody.safeParse(body);
      if (!pressed.success || respond === undefined || pressed.data.channel === undefined) {
        return listener.logger.warn({}, "a slack press came in an unknown shape");
      }
      const desk = listener.at(principalOf(pressed.data).team);
      await act(desk, { body: pressed.data, channel: pressed.data.channel.id, respond });
    });
  });
}

/** Somebody chose an incident: the word is done on it, and its answer takes the place of the menu. */
async function pick(desk: Desk, pending: Pending, { body, channel, respond }: WordPress): Promise<void> {
  const speak: Speak = (drawing) =>
    quietly(desk, () => respond({ replace_original: true, ...finish(drawing, desk.clock.nowMs()) }));
  const picked = readPick(valueIn(body));
  if (picked === null) return speak(say(safe`This menu is not one that TraceOps knows.`));
  const { word, incidentId, key } = picked;
  await inTime({ speak, wait: waitForWord(word) }, () =>
    answered(desk, async () => {
      const principal = principalOf(body);
      const isSeenByAll = body.container?.is_ephemeral !== true && !isDirect(channel);
      const audience = isSeenByAll ? placeText({ team: desk.team, channel, threadTs: null }) : null;
      const actor = await desk.people.actor(principal, audience);
      const rest = key === "" ? "" : pending.of(key, actor.id);
      if (rest === null)
        return say(
          safe`What was typed is not kept any more, or somebody else typed it. Type it once more with the id: ${helpOf(word).usage}`,
        );
      const place = { channel, threadTs: body.container?.thread_ts ?? null, team: principal.team };
      const asked = { ...place, actor, principal, text: "", pending, homeUrl: null, word, rest, chosen: incidentId };
      const answer = await performWord(desk, asked);
      return body.container?.is_ephemeral === true ? withShare(desk, answer) : answer.drawing;
    }),
  );
}

/** The question is asked again as of now, and the answer goes to everybody in the channel; a failure only to who pressed. */
async function share(desk: Desk, pending: Pending, { body, channel, respond }: WordPress): Promise<void> {
  const tellOne: Speak = (drawing) =>
    quietly(desk, () =>
      respond({ response_type: "ephemeral", replace_original: true, ...finish(drawing, desk.clock.nowMs()) }),
    );
  const shared = readShare(valueIn(body));
  if (shared === null) return tellOne(say(safe`This button is not one that TraceOps knows.`));
  const what = helpOf(shared.word).usage;
  // First the button goes away, so that a second press finds none.
  await tellOne(say(safe`Sharing "${what}" with this channel …`));
  const principal = principalOf(body);
  const made: Drawing[] = [];
  const outcome = await answered(desk, async () => {
    const actor = await desk.people.actor(principal, placeText({ team: desk.team, channel, threadTs: null }));
    await desk.access.require(actor, "incident.share");
    const place = { channel, threadTs: null, team: principal.team };
    const asked = { ...place, ...shared, actor, principal, text: "", pending, homeUrl: null, chosen: null };
    const { drawing } = await performWord(desk, asked);
    made.push(sharedBy(drawing, { by: actor.name, atMs: desk.clock.nowMs() }));
    return say(safe`Shared "${what}" with this channel.`);
  });
  const [drawing] = made;
  if (drawing === undefined) return tellOne(outcome);
  const quiet = { unfurl_links: false, unfurl_media: false };
  try {
    await respond({ response_type: "in_channel", replace_original: false, ...quiet, ...finish(drawing, 0) });
    await tellOne(outcome);
  } catch (error) {
    desk.logger.warn({ error: error instanceof Error ? error.name : "unknown" }, "slack took no shared answer");
    await tellOne(
      say(safe`Slack gave no usable answer. If nothing stands in the channel, type "${what}" and share again.`),
    );
  }
}
