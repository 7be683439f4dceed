import type { RespondFn } from "@slack/bolt";
import { z } from "zod";
import { whisper } from "../delivery/wire.ts";
import type { Desk } from "../desk.ts";
import { type Drawing, finish } from "../drawing/message.ts";
import type { Principal } from "../people.ts";

/** What we read of a press, whatever was pressed. The rest of Slack's payload is not looked at. */
export const PressBody = z.object({
  team: z.object({ id: z.string().min(1) }).nullish(),
  user: z.object({ id: z.string().min(1), team_id: z.string().optional() }),
  channel: z.object({ id: z.string().min(1) }).optional(),
  container: z.object({ is_ephemeral: z.boolean().optional(), thread_ts: z.string().optional() }).optional(),
  trigger_id: z.string().min(1).optional(),
  response_url: z.string().optional(),
  /** The window in which it was pressed. */
  view: z.object({ id: z.string().min(1), private_metadata: z.string().default("") }).nullish(),
  /** A button and a feedback button carry a value, a menu carries the option that was chosen. */
  actions: z
    .array(
      z.object({
        action_id: z.string().optional(),
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});
export type PressBody = z.infer<typeof PressBody>;

/** The signed payload names the person; nothing in a button or a window ever does. */
export function principalOf(body: {
  readonly team?: { readonly id: string } | null | undefined;
  readonly user: { readonly id: string; readonly team_id?: string | undefined };
}): Principal {
  return { team: body.user.team_id ?? body.team?.id ?? "", user: body.user.id };
}

/** What the pressed button or the chosen option carries. */
export function valueIn(body: PressBody): string | undefined {
  const [action] = body.actions;
  return action?.value ?? action?.selected_option?.value;
}

/** Shows the answer to a press to the person who pressed. An answer may take the place of an earlier one, never of the card. */
export async function answerPress(
  desk: Desk,
  { body, respond, drawing }: { body: PressBody; respond: RespondFn | undefined; drawing: Drawing },
): Promise<void> {
  const message = finish(drawing, 0);
  const replace = body.container?.is_ephemeral === true;
  // Without it the answer to a press in a thread would stand in the channel, out of sight.
  const thread = body.container?.thread_ts;
  const where = thread === undefined || replace ? {} : { thread_ts: thread };
  if (respond !== undefined) {
    await quietly(desk, () => respond({ response_type: "ephemeral", replace_original: replace, ...where, ...message }));
  } else if (body.channel !== undefined) {
    await whisper(desk.client, { channel: body.channel.id, user: body.user.id, message });
  }
}

/** The answer to a person is a courtesy: what was asked for is done, and a lost answer must not undo it. */
export async function quietly(desk: Pick<Desk, "logger">, send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    desk.logger.warn({ error: error instanceof Error ? error.name : "unknown" }, "slack took no answer to a person");
  }
}
