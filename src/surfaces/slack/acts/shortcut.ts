import type { App } from "@slack/bolt";
import { z } from "zod";
import { type EpochMs, epochMs } from "../../../core/ids.ts";
import type { Safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import type { Listener } from "../listener.ts";
import type { ShortcutId } from "../manifest.ts";
import type { Principal } from "../people.ts";
import { messageKey, readableText, writtenAt } from "./message-text.ts";
import { lookedAt } from "./modal-open.ts";
import type { About } from "./modal-parts.ts";
import { principalOf } from "./pressed-body.ts";

const Body = z.object({
  team: z.object({ id: z.string().min(1), domain: z.string().optional() }).nullish(),
  user: z.object({ id: z.string().min(1), team_id: z.string().optional() }),
  trigger_id: z.string().min(1),
  channel: z.object({ id: z.string().min(1) }).optional(),
  message: z.object({ ts: z.string().min(1), text: z.string().nullish(), thread_ts: z.string().nullish() }).optional(),
});

/** A shortcut that somebody chose, from the menu of a message or from the search bar. */
export interface Shortcut {
  readonly principal: Principal;
  readonly triggerId: string;
  readonly channel: string | null;
  /** Null for a shortcut of the search bar. */
  readonly message: ChosenMessage | null;
}

export interface ChosenMessage {
  readonly channel: string;
  readonly ts: string;
  /** The thread it stands in; null for a message of the channel. */
  readonly thread: string | null;
  readonly text: Safe;
  readonly atMs: EpochMs;
  readonly about: About;
}

/** Connects one shortcut: acknowledged at once, worked on afterwards. */
export function onShortcut(
  app: App,
  listener: Listener,
  { id, act }: { readonly id: ShortcutId; readonly act: (desk: Desk, shortcut: Shortcut) => Promise<void> },
): void {
  app.shortcut(id, async ({ ack, body }) => {
    await ack();
    const parsed = Body.safeParse(body);
    if (!parsed.success) return listener.logger.warn({ id }, "a slack shortcut came in an unknown shape");
    const principal = principalOf(parsed.data);
    const desk = listener.at(principal.team);
    await listener.inFlight.run(() =>
      act(desk, {
        principal,
        triggerId: parsed.data.trigger_id,
        channel: parsed.data.channel?.id ?? null,
        message: messageIn(desk, parsed.data),
      }),
    );
  });
}

function messageIn(desk: Desk, { message, channel, team }: z.infer<typeof Body>): ChosenMessage | null {
  if (message === undefined || channel === undefined) return null;
  const { ts } = message;
  const thread = threadOf(message);
  return {
    channel: channel.id,
    ts,
    thread,
    text: desk.redactor.text(readableText(message.text ?? "")),
    atMs: writtenAt(ts) ?? epochMs(desk.clock.nowMs()),
    about: {
      key: messageKey({ team: team?.id ?? "", channel: channel.id, ts }),
      ts,
      ...lookedAt(channel.id, thread),
      ...(team?.domain === undefined ? {} : { link: linkTo(team.domain, { channel: channel.id, ts }) }),
    },
  };
}

function threadOf({ ts, thread_ts: thread }: { readonly ts: string; readonly thread_ts?: string | null | undefined }) {
  return thread == null || thread === ts ? null : thread;
}

/** The address of a message, as Slack makes it. */
function linkTo(domain: string, { channel, ts }: { readonly channel: string; readonly ts: string }): string {
  return `https://${domain}.slack.com/archives/${channel}/p${ts.replace(".", "")}`;
}
