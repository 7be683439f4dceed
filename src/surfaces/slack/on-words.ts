import { z } from "zod";
import { answered } from "./answered.ts";
import type { Ear, Listener } from "./listener.ts";
import { finish } from "./message.ts";
import { perform } from "./perform.ts";
import { quietly } from "./pressed-body.ts";
import { postAnswer } from "./wire.ts";
import { withoutMention } from "./words.ts";

/** Words after the slash command, and the same words after a mention. */
export const typedWords: Ear = {
  events: ["app_mention"],
  connect: (app, listener) => {
    app.command(listener.command, async ({ ack, body, respond }) => {
      await ack();
      await listener.inFlight.run(async () => {
        const command = CommandBody.safeParse(body);
        if (!command.success) return listener.logger.warn({}, "a slack command came in an unknown shape");
        const { team_id: team, user_id: user, text } = command.data;
        const desk = listener.at(team);
        const drawing = await answered(desk, async () =>
          perform(desk, { actor: await desk.people.actor({ team, user }), text, thread: null }),
        );
        await quietly(desk, () => respond({ response_type: "ephemeral", ...finish(drawing, 0) }));
      });
    });
    app.event("app_mention", async ({ body }) => {
      const mention = MentionBody.safeParse(body);
      // Bots do not ask; answering one could go on for ever.
      if (!mention.success || mention.data.event.bot_id !== undefined) return;
      if (!listener.seen.isNew(mention.data.event_id)) return;
      await listener.inFlight.run(() => answerMention(listener, mention.data));
    });
  },
};

const CommandBody = z.object({
  team_id: z.string().min(1),
  user_id: z.string().min(1),
  text: z.string().default(""),
});

const MentionBody = z.object({
  team_id: z.string().min(1),
  event_id: z.string().min(1),
  event: z.object({
    user: z.string().min(1),
    user_team: z.string().optional(),
    bot_id: z.string().optional(),
    text: z.string().default(""),
    channel: z.string().min(1),
    ts: z.string().min(1),
    thread_ts: z.string().optional(),
  }),
});

async function answerMention(listener: Listener, { team_id, event }: z.infer<typeof MentionBody>): Promise<void> {
  const { channel, ts, thread_ts: threadTs, user, user_team: userTeam } = event;
  const thread = threadTs === undefined ? null : { channel, threadTs };
  const desk = listener.at(team_id);
  const drawing = await answered(desk, async () =>
    perform(desk, {
      actor: await desk.people.actor({ team: userTeam ?? team_id, user }),
      text: withoutMention(event.text),
      thread,
    }),
  );
  const message = finish(drawing, 0);
  const failure = await postAnswer(desk.client, { channel, threadTs: threadTs ?? ts, message });
  if (failure !== null) desk.logger.warn({ failure }, "slack took no answer to a mention");
}
