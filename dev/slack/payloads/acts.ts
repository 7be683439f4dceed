import { APP_ID } from "../seed.ts";
import { FOREVER_TRIGGER } from "../triggers.ts";
import { ACME_REF, actBase, interactive, type Sent, shortcutBase, type TeamRef } from "./sent.ts";

interface Act {
  readonly user: string;
  readonly team?: TeamRef;
  readonly triggerId?: string;
}

/** Somebody types the slash command in a channel. */
export function slashCommand(
  given: Act & {
    readonly text: string;
    readonly responseUrl: string;
    readonly channel?: string;
    readonly command?: string;
  },
): Sent {
  const team = given.team ?? ACME_REF;
  const payload = {
    token: "unused",
    api_app_id: APP_ID,
    team_id: team.id,
    team_domain: team.domain,
    channel_id: given.channel ?? "C0INCIDENTS",
    channel_name: "incidents",
    user_id: given.user,
    user_name: "claims-to-be-admin",
    command: given.command ?? "/traceops",
    text: given.text,
    response_url: given.responseUrl,
    trigger_id: given.triggerId ?? FOREVER_TRIGGER,
    is_enterprise_install: false,
  };
  const form = new URLSearchParams();
  for (const [key, value] of Object.entries(payload)) form.set(key, String(value));
  return {
    contentType: "application/x-www-form-urlencoded",
    raw: form.toString(),
    payload,
    sample: "slack/payloads/app-backend/SlashCommandPayload.json",
    envelope: "slash_commands",
  };
}

/** Where a pressed button stands. */
export interface PressedIn {
  readonly channel?: string;
  readonly messageTs?: string;
  readonly threadTs?: string;
  /** The message as Slack shows it to the program; none for what only one person sees. */
  readonly message?: Readonly<Record<string, unknown>>;
}

type ElementType =
  | "button"
  | "feedback_buttons"
  | "overflow"
  | "static_select"
  | "radio_buttons"
  | "users_select"
  | "icon_button";

/** Somebody presses a button of a message, or chooses from a menu when `selected` is given. */
export function press(
  given: Act & {
    readonly action: string;
    readonly value: string;
    readonly responseUrl: string;
    readonly kind?: ElementType;
    readonly ephemeral?: boolean;
    readonly blockId?: string;
    readonly within?: PressedIn;
  },
): Sent {
  const within = given.within ?? {};
  const channel = within.channel ?? "C0INCIDENTS";
  const payload = {
    type: "block_actions",
    ...actBase(given.user, given.team ?? ACME_REF),
    container: {
      type: "message",
      message_ts: within.messageTs ?? "1.1",
      channel_id: channel,
      is_ephemeral: given.ephemeral ?? false,
      ...(within.threadTs === undefined ? {} : { thread_ts: within.threadTs }),
    },
    trigger_id: given.triggerId ?? FOREVER_TRIGGER,
    channel: { id: channel, name: "incidents" },
    ...(within.message === undefined ? {} : { message: within.message }),
    response_url: given.responseUrl,
    actions: [action(given)],
  };
  return interactive(payload, "BlockActionPayload");
}

/** Somebody presses a button, or chooses from a menu, inside a window or the App Home. */
export function pressInView(
  given: Act & {
    readonly view: Readonly<Record<string, unknown>>;
    readonly action: string;
    readonly value: string;
    readonly kind?: ElementType;
    readonly blockId?: string;
    readonly values?: Readonly<Record<string, unknown>>;
  },
): Sent {
  const view = { ...given.view, state: { values: given.values ?? {} } };
  const payload = {
    type: "block_actions",
    ...actBase(given.user, given.team ?? ACME_REF),
    container: { type: "view", view_id: given.view["id"] },
    trigger_id: given.triggerId ?? FOREVER_TRIGGER,
    view,
    actions: [action(given)],
  };
  return interactive(payload, "BlockActionPayload");
}

function action(given: {
  readonly action: string;
  readonly value: string;
  readonly kind?: ElementType;
  readonly blockId?: string;
}): Readonly<Record<string, unknown>> {
  const kind = given.kind ?? "button";
  const base = { type: kind, action_id: given.action, block_id: given.blockId ?? "b:1", action_ts: "1.3" };
  if (kind === "users_select") return { ...base, selected_user: given.value };
  if (kind !== "overflow" && kind !== "static_select" && kind !== "radio_buttons")
    return { ...base, value: given.value };
  return {
    ...base,
    selected_option: { text: { type: "plain_text", text: "chosen", emoji: true }, value: given.value },
  };
}

/** The value of one field of a window, as Slack reports it. */
export type FieldState = Readonly<Record<string, unknown>> & { readonly type: string };

/** Somebody sends a window. `values` by block and action; a single text field named "note" when only `text` is given. */
export function submitView(
  given: Act & {
    readonly view: object;
    readonly text?: string;
    readonly values?: Readonly<Record<string, Readonly<Record<string, FieldState>>>>;
  },
): Sent {
  const team = given.team ?? ACME_REF;
  const values = given.values ?? { note: { text: { type: "plain_text_input", value: given.text ?? "" } } };
  const payload = {
    type: "view_submission",
    ...actBase(given.user, team),
    trigger_id: given.triggerId ?? FOREVER_TRIGGER,
    view: { id: "V1", ...given.view, team_id: team.id, state: { values } },
  };
  return interactive(payload, "ViewSubmissionPayload");
}

/** Somebody closes a window without sending it. */
export function closeView(given: Act & { readonly view: object; readonly isCleared?: boolean }): Sent {
  const team = given.team ?? ACME_REF;
  const payload = {
    type: "view_closed",
    ...actBase(given.user, team),
    view: { id: "V1", ...given.view, team_id: team.id, state: { values: {} } },
    is_cleared: given.isCleared ?? false,
  };
  return interactive(payload, "ViewClosedPayload");
}

/** Somebody chooses a shortcut from the menu of a message. */
export function messageShortcut(
  given: Act & {
    readonly callbackId: string;
    readonly responseUrl: string;
    readonly message: { readonly ts: string; readonly user: string; readonly text: string; readonly threadTs?: string };
    readonly channel?: string;
  },
): Sent {
  const { ts, user, text, threadTs } = given.message;
  const payload = {
    type: "message_action",
    ...shortcutBase(given.user, given.team ?? ACME_REF),
    callback_id: given.callbackId,
    trigger_id: given.triggerId ?? FOREVER_TRIGGER,
    message_ts: ts,
    response_url: given.responseUrl,
    action_ts: "1.3",
    channel: { id: given.channel ?? "C0INCIDENTS", name: "incidents" },
    message: { type: "message", user, ts, text, ...(threadTs === undefined ? {} : { thread_ts: threadTs }) },
  };
  return interactive(payload, "MessageShortcutPayload");
}

/** Somebody chooses a shortcut from the global menu. */
export function globalShortcut(given: Act & { readonly callbackId: string }): Sent {
  const payload = {
    type: "shortcut",
    ...shortcutBase(given.user, given.team ?? ACME_REF),
    callback_id: given.callbackId,
    trigger_id: given.triggerId ?? FOREVER_TRIGGER,
    action_ts: "1.3",
  };
  return interactive(payload, "MessageShortcutPayload");
}
