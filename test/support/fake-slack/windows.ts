import type { FieldState } from "../../../dev/slack/payloads/acts.ts";
import { submitView } from "./deliveries.ts";
import type { Stage } from "./stage.ts";

/** What people do in windows, and how Slack reports what they filled in. */

export const typed = (text: string): FieldState => ({ type: "plain_text_input", value: text });

export const chosen = (option: string, type = "static_select"): FieldState => ({
  type,
  selected_option: { text: { type: "plain_text", text: "chosen", emoji: true }, value: option },
});

export const picked = (seconds: number): FieldState => ({ type: "datetimepicker", selected_date_time: seconds });

export const ticked = (isTicked: boolean): FieldState => ({
  type: "checkboxes",
  selected_options: isTicked ? [{ text: { type: "plain_text", text: "chosen", emoji: true }, value: "yes" }] : [],
});

export type View = Readonly<Record<string, unknown>>;

/** The window in sight, once it shows these words. */
export function windowWith(stage: Stage, words: string): Promise<View> {
  return stage.until(() => {
    const view = stage.fake.workspace.openViews.at(-1)?.view;
    return view !== undefined && JSON.stringify(view).includes(words) ? view : null;
  });
}

/** Sends a window. Fields are named by their block, which may carry behind a colon what it is about. */
export function submit(stage: Stage, view: View, fields: Readonly<Record<string, FieldState>>) {
  const ids = [...JSON.stringify(view).matchAll(/"block_id":"([^"]+)"/gu)].map(([, id]) => id ?? "");
  const values = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      ids.find((id) => id === name || id.startsWith(`${name}:`)) ?? name,
      { field },
    ]),
  );
  return stage.fake.courier.deliver(submitView({ user: "U0ADA", view, values }));
}

/** The minute that a window offers, in seconds since 1970. */
export function offeredMinute(view: View): number {
  return Number(/"initial_date_time":(\d+)/u.exec(JSON.stringify(view))?.[1]);
}

/** Whatever one person was shown with these words. */
export function whispered(stage: Stage, words: string) {
  return stage.until(() => stage.fake.workspace.whispers.find((each) => JSON.stringify(each).includes(words)));
}

/** The answer to a press with these words. */
export function responded(stage: Stage, words: string) {
  return stage.until(() => stage.fake.workspace.responses.find((each) => JSON.stringify(each).includes(words)));
}

/** The value of the "Undo" in a message or window. */
export function undoValue(shown: unknown): string {
  const found = /"action_id":"fix\.undo".*?"value":"(\{.*?\})"/u.exec(JSON.stringify(shown))?.[1];
  return found?.replaceAll('\\"', '"') ?? "";
}
