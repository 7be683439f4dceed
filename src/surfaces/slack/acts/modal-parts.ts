import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import { z } from "zod";
import type { EpochMs } from "../../../core/ids.ts";
import { cutSafe, type Safe, sliceSafe } from "../../../core/safe.ts";
import { plainText } from "../drawing/blocks.ts";
import { LIMITS } from "../drawing/limits.ts";
import { typable, visible } from "../drawing/mrkdwn.ts";

/** Every field of our windows has this action id; its block says which field it is. */
const FIELD = "field";
const LABEL = 150;
const HINT = 300;
const OPTION = { text: 75, value: 150 } as const;
/** The most that a menu and a group of radio buttons may hold. */
export const MOST = { menu: 100, radio: 10 } as const;

/** What a window is about, so that its submission needs no memory of ours. Who sends it is never in here: that is signed. */
const AboutShape = z.object({
  v: z.literal(1),
  incident: z.string().max(200).optional(),
  /** Where the answer is shown, and the thread that was looked at. */
  channel: z.string().max(50).optional(),
  thread: z.string().max(50).optional(),
  /** The message that this is about: its key for notes, its time and its address. */
  key: z.string().max(200).optional(),
  ts: z.string().max(50).optional(),
  link: z.string().max(300).optional(),
  hypothesis: z.string().max(200).optional(),
  row: z.string().max(200).optional(),
  /** What the fields held before the person changed them. */
  wasText: z.string().max(50).optional(),
  wasSecond: z.number().optional(),
  /** What was read reaches from here to here. */
  fromMs: z.number().optional(),
  untilMs: z.number().optional(),
  service: z.string().max(200).optional(),
  hours: z.number().optional(),
  revision: z.number().optional(),
});
export type About = Omit<z.infer<typeof AboutShape>, "v">;

/** Reads what a window is about; null when it is not one of ours. */
export function readAbout(metadata: string): About | null {
  try {
    return AboutShape.parse(JSON.parse(metadata));
  } catch {
    return null;
  }
}

export interface ModalSpec {
  readonly callback: string;
  readonly title: Safe;
  /** The word on the button that sends; left out when there is nothing to send. */
  readonly submit?: Safe;
  readonly close: Safe;
  readonly about: About;
  readonly blocks: readonly KnownBlock[];
}

/** A window within Slack's limits. */
export function modal(spec: ModalSpec): ModalView {
  return {
    type: "modal",
    callback_id: spec.callback,
    private_metadata: JSON.stringify({ v: 1, ...spec.about }),
    title: plainText(spec.title, LIMITS.viewTitle),
    ...(spec.submit === undefined ? {} : { submit: plainText(spec.submit, LIMITS.viewButton) }),
    close: plainText(spec.close, LIMITS.viewButton),
    blocks: spec.blocks.slice(0, LIMITS.viewBlocks),
  };
}

export interface FieldSpec {
  readonly block: string;
  readonly label: Safe;
  readonly hint?: Safe;
  readonly optional?: boolean;
}

/** A text that people type. */
export function textField(
  spec: FieldSpec & { readonly initial?: Safe; readonly lines?: "one" | "many"; readonly max: number },
): InputBlock {
  const initial = spec.initial === undefined ? "" : typable(sliceSafe(spec.initial, 0, spec.max));
  return input(spec, {
    type: "plain_text_input",
    action_id: FIELD,
    multiline: spec.lines !== "one",
    max_length: spec.max,
    ...(initial === "" ? {} : { initial_value: initial }),
  });
}

/** One of a few, all in sight. */
export function radioField(
  spec: FieldSpec & { readonly options: readonly Choice[]; readonly initial?: string },
): InputBlock {
  const options = spec.options.slice(0, MOST.radio).map(option);
  return input(spec, { type: "radio_buttons", action_id: FIELD, options, ...initially(options, spec.initial) });
}

/** One of many. */
export function menuField(
  spec: FieldSpec & { readonly options: readonly Choice[]; readonly initial?: string },
): InputBlock {
  const options = spec.options.slice(0, MOST.menu).map(option);
  return input(spec, { type: "static_select", action_id: FIELD, options, ...initially(options, spec.initial) });
}

/** A box to tick. */
export function tickField(spec: FieldSpec & { readonly text: Safe }): InputBlock {
  return input(
    { ...spec, optional: true },
    { type: "checkboxes", action_id: FIELD, options: [option({ value: "yes", text: spec.text })] },
  );
}

/** The second apart: Slack's own picker knows minutes only. */
export function timeFields(
  spec: FieldSpec & { readonly atMs: EpochMs; readonly secondsBlock: string; readonly secondsLabel: Safe },
): readonly InputBlock[] {
  const second = Math.floor(spec.atMs / 1000);
  const picker = input(spec, { type: "datetimepicker", action_id: FIELD, initial_date_time: second - (second % 60) });
  const seconds = input(
    { block: spec.secondsBlock, label: spec.secondsLabel },
    {
      type: "plain_text_input",
      action_id: FIELD,
      max_length: 2,
      initial_value: String(second % 60).padStart(2, "0"),
    },
  );
  return [picker, seconds];
}

/** A day and a minute, for what need not be told to the second. */
export function minuteField(spec: FieldSpec): InputBlock {
  return input(spec, { type: "datetimepicker", action_id: FIELD });
}

/** A channel to choose. */
export function channelField(spec: FieldSpec): InputBlock {
  return input(spec, {
    type: "conversations_select",
    action_id: FIELD,
    filter: { include: ["public", "private"], exclude_bot_users: true },
  });
}

function input({ block, label, hint, optional }: FieldSpec, element: InputBlock["element"]): InputBlock {
  return {
    type: "input",
    block_id: block,
    label: plainText(label, LABEL),
    ...(hint === undefined ? {} : { hint: plainText(hint, HINT) }),
    optional: optional === true,
    element,
  };
}

/** One entry of a menu or of radio buttons. */
export interface Choice {
  readonly value: string;
  readonly text: Safe;
}

/** An entry as Slack takes it. */
export function option({ value, text }: Choice): PlainTextOption {
  return { text: plainText(text, OPTION.text), value: value.slice(0, OPTION.value).toWellFormed() };
}

function initially(options: PlainTextOption[], value: string | undefined) {
  const chosen = options.find((each) => each.value === value);
  return chosen === undefined ? {} : { initial_option: chosen };
}

/** Some words on one line, for a menu. */
export function oneLine(text: Safe): Safe {
  return cutSafe(text, OPTION.text);
}

/** True when people would see nothing of this text. */
export function isBlank(text: Safe): boolean {
  return visible(text).trim() === "";
}
