import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import { z } from "zod";
import { cutSafe, type Safe, safe } from "../../../core/safe.ts";
import { context, plainText } from "../drawing/blocks.ts";
import { LIMITS } from "../drawing/limits.ts";
import { escaped, md, visible } from "../drawing/mrkdwn.ts";
import { MAX_NAMES, MAX_SERVICES } from "./home-choices.ts";
import type { AuthorLine } from "./home-content.ts";

export const SERVICES_MODAL = "home.services.chosen";
export const SETTINGS_MODAL = "home.settings.chosen";
const MAX_OFFERED = 100;
const MAX_VALUE = 75;

/** The window in which a person chooses services: the known ones to pick, others to type. */
export function servicesModal(known: readonly Safe[], chosen: readonly Safe[], dm: string): ModalView {
  const offered = [...new Set([...chosen, ...known])].filter((name) => visible(name).length <= MAX_VALUE);
  const options = offered.slice(0, MAX_OFFERED).map(optionOf);
  const initial = options.filter(({ value }) => chosen.some((name) => visible(name) === value)).slice(0, MAX_SERVICES);
  const pick: readonly KnownBlock[] =
    options.length === 0
      ? []
      : [
          {
            type: "input",
            block_id: "pick",
            optional: true,
            label: plainText(safe`Services that TraceOps has seen`, LIMITS.text),
            element: {
              type: "multi_static_select",
              action_id: "value",
              options,
              max_selected_items: MAX_SERVICES,
              ...(initial.length === 0 ? {} : { initial_options: initial }),
            },
          },
        ];
  return modal({
    id: SERVICES_MODAL,
    title: safe`My services`,
    dm,
    blocks: [...pick, textInput({ block: "type", label: safe`Others, with commas between them`, initial: null })],
  });
}

/** The window for "tell me when a change of mine is suspected". Times are on the clock of the zone that Slack names. */
export function settingsModal(author: AuthorLine | null, zone: Safe, dm: string): ModalView {
  const { isOn, names, quiet } = author ?? NOTHING_CHOSEN;
  const on: PlainTextOption = { text: plainText(safe`Send me a message`, MAX_VALUE), value: "on" };
  return modal({
    id: SETTINGS_MODAL,
    title: safe`My settings`,
    dm,
    blocks: [
      {
        type: "input",
        block_id: "on",
        optional: true,
        label: plainText(safe`When a change of mine is the suspected cause`, LIMITS.text),
        element: {
          type: "checkboxes",
          action_id: "value",
          options: [on],
          ...(isOn ? { initial_options: [on] } : {}),
        },
      },
      textInput({
        block: "names",
        label: safe`My names in Git and GitHub, with commas between them`,
        initial: names.length === 0 ? null : names,
      }),
      timeInput("from", safe`Quiet from`, quiet?.from ?? null),
      timeInput("to", safe`Quiet until`, quiet?.to ?? null),
      context("zone", md`Times in ${escaped(zone)}, your time zone in Slack. Leave both empty for no quiet hours.`),
    ],
  });
}

const NOTHING_CHOSEN: Pick<AuthorLine, "isOn" | "names" | "quiet"> = { isOn: false, names: [], quiet: null };

function modal(given: { id: string; title: Safe; dm: string; blocks: readonly KnownBlock[] }): ModalView {
  return {
    type: "modal",
    callback_id: given.id,
    private_metadata: JSON.stringify({ v: 1, dm: given.dm }),
    title: plainText(given.title, LIMITS.viewTitle),
    submit: plainText(safe`Save`, LIMITS.viewButton),
    close: plainText(safe`Cancel`, LIMITS.viewButton),
    blocks: [...given.blocks],
  };
}

function optionOf(name: Safe): PlainTextOption {
  return { text: plainText(name, MAX_VALUE), value: visible(name) };
}

function textInput(given: { block: string; label: Safe; initial: readonly Safe[] | null }): InputBlock {
  const initial =
    given.initial === null
      ? {}
      : { initial_value: given.initial.map((name) => visible(cutSafe(name, 200))).join(", ") };
  return {
    type: "input",
    block_id: given.block,
    optional: true,
    label: plainText(given.label, LIMITS.text),
    element: { type: "plain_text_input", action_id: "value", max_length: 1000, ...initial },
  };
}

function timeInput(block: string, label: Safe, initial: string | null): InputBlock {
  return {
    type: "input",
    block_id: block,
    optional: true,
    label: plainText(label, LIMITS.text),
    element: { type: "timepicker", action_id: "value", ...(initial === null ? {} : { initial_time: initial }) },
  };
}

const Metadata = z.object({ v: z.literal(1), dm: z.string().regex(/^D[A-Z0-9]+$/u) });

/** Where to write to this person, from a Home or a window of ours; null when it is not one. */
export function dmIn(view: unknown): string | null {
  const parsed = z.object({ private_metadata: z.string().max(LIMITS.text) }).safeParse(view);
  if (!parsed.success) return null;
  const metadata = Metadata.safeParse(jsonOf(parsed.data.private_metadata));
  return metadata.success ? metadata.data.dm : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const Field = z.object({
  value: z.object({
    value: z.string().nullable().default(null),
    selected_time: z.string().nullable().default(null),
    selected_options: z.array(z.object({ value: z.string() })).default([]),
  }),
});
const NOTHING: z.infer<typeof Field>["value"] = { value: null, selected_time: null, selected_options: [] };
const State = z.object({ state: z.object({ values: z.record(z.string(), z.unknown()) }) });

/** The services that came back from the window, as typed; null when it is not ours. */
export function readServices(view: unknown): readonly string[] | null {
  const fields = fieldsOf(view);
  if (fields === null) return null;
  const picked = fields("pick").selected_options.map(({ value }) => value);
  return [...picked, ...listed(fields("type").value)].slice(0, MAX_SERVICES);
}

/** What came back from the window of settings; null when it is not ours. */
export function readSettings(view: unknown): {
  readonly isOn: boolean;
  readonly names: readonly string[];
  readonly quiet: { readonly from: string; readonly to: string } | null;
} | null {
  const fields = fieldsOf(view);
  if (fields === null) return null;
  const [from, to] = [fields("from").selected_time, fields("to").selected_time];
  return {
    isOn: fields("on").selected_options.some(({ value }) => value === "on"),
    names: listed(fields("names").value).slice(0, MAX_NAMES),
    quiet: from === null || to === null ? null : { from, to },
  };
}

function fieldsOf(view: unknown) {
  const parsed = State.safeParse(view);
  if (!parsed.success) return null;
  return (block: string) => {
    const field = Field.safeParse(parsed.data.state.values[block]);
    return field.success ? field.data.value : NOTHING;
  };
}

function listed(text: string | null): readonly string[] {
  const parts = (text ?? "").split(",").map((part) => part.trim().slice(0, 200));
  return parts.filter((part) => part !== "");
}
