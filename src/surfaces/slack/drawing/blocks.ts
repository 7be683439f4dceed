import type {
  Button,
  ConfirmationDialog,
  ContextBlock,
  ImageBlock,
  KnownBlock,
  Overflow,
  PlainTextElement,
  RichTextElement,
  RichTextSection,
  SectionBlock,
} from "@slack/types";
import type { EpochMs } from "../../../core/ids.ts";
import { cutSafe, type Safe, sliceSafe } from "../../../core/safe.ts";
import { LIMITS } from "./limits.ts";
import { cutMd, instantsIn, type Mrkdwn, seenMd, utcClock, visible } from "./mrkdwn.ts";

/** The blocks of one message part, each within Slack's limits. Part names become block ids when the message is finished. */

/** A section of markup. `verbatim` keeps Slack from turning foreign text into links and mentions. */
export function section(part: string, text: Mrkdwn): SectionBlock {
  return {
    type: "section",
    block_id: part,
    text: { type: "mrkdwn", text: cutMd(seenMd(text), LIMITS.text).mrkdwn, verbatim: true },
    expand: true,
  };
}

/** The small grey line. */
export function context(part: string, text: Mrkdwn): ContextBlock {
  return {
    type: "context",
    block_id: part,
    elements: [{ type: "mrkdwn", text: cutMd(seenMd(text), LIMITS.text).mrkdwn, verbatim: true }],
  };
}

/** Text without any markup, cut to `length`. */
export function plainText(text: Safe, length: number): PlainTextElement {
  return { type: "plain_text", text: visible(cutSafe(text, length)).trim() || "-", emoji: false };
}

export interface ButtonSpec {
  readonly action: string;
  readonly text: Safe;
  /** What a screen reader says; unique in its thread. */
  readonly label: Safe;
  readonly value?: string;
  readonly url?: string;
  readonly primary?: boolean;
  readonly confirm?: { readonly title: Safe; readonly text: Safe; readonly yes: Safe; readonly no: Safe };
}

/** A button with a label for screen readers. */
export function button(spec: ButtonSpec): Button {
  return {
    type: "button",
    action_id: spec.action,
    text: plainText(spec.text, LIMITS.buttonText),
    accessibility_label: visible(cutSafe(spec.label, LIMITS.accessibilityLabel)),
    ...(spec.value === undefined ? {} : { value: spec.value }),
    ...(spec.url === undefined ? {} : { url: spec.url }),
    ...(spec.primary === true ? { style: "primary" } : {}),
    ...(spec.confirm === undefined ? {} : { confirm: confirmation(spec.confirm) }),
  };
}

function confirmation(spec: NonNullable<ButtonSpec["confirm"]>): ConfirmationDialog {
  return {
    title: plainText(spec.title, LIMITS.confirmTitle),
    text: plainText(spec.text, LIMITS.confirmText),
    confirm: plainText(spec.yes, LIMITS.confirmButton),
    deny: plainText(spec.no, LIMITS.confirmButton),
  };
}

/** A row of buttons; no block at all when there are none. */
export function actions(part: string, buttons: readonly Button[]): readonly KnownBlock[] {
  if (buttons.length === 0) return [];
  return [{ type: "actions", block_id: part, elements: buttons.slice(0, LIMITS.actions) }];
}

/** The menu behind the three dots, at most five entries. */
export function menu(action: string, entries: readonly { readonly text: Safe; readonly value: string }[]): Overflow {
  return {
    type: "overflow",
    action_id: action,
    options: entries.slice(0, 5).map(({ text, value }) => ({ text: plainText(text, LIMITS.optionText), value })),
  };
}

/** A picture that was uploaded before, with the words for those who cannot see it. */
export function picture(part: string, fileId: string, alt: Safe): ImageBlock {
  return {
    type: "image",
    block_id: part,
    slack_file: { id: fileId },
    alt_text: visible(cutSafe(alt, LIMITS.altText)) || "-",
  };
}

/** One paragraph or list item of rich text. */
export function richSection(elements: readonly RichTextElement[]): RichTextSection {
  return { type: "rich_text_section", elements: [...elements] };
}

/** Plain words inside rich text. */
export function richText(text: Safe, style?: "bold" | "italic"): RichTextElement {
  return { type: "text", text: visible(text) || " ", ...(style === undefined ? {} : { style: { [style]: true } }) };
}

/** Words with their instants of the day in the reader's own zone; those before the first time lead somewhere, when `url` is given. */
export function richWords(
  text: Safe,
  { anchor, url = null }: { anchor: EpochMs; url?: string | null },
): RichTextElement[] {
  return instantsIn(text, anchor).flatMap((part, index, parts) => {
    if (typeof part !== "string") return [richTime(part.atMs)];
    if (index > 0) return [richText(part)];
    const gap = parts.length === 1 ? 0 : (/[ (]*$/u.exec(part)?.[0].length ?? 0);
    const words = sliceSafe(part, 0, part.length - gap);
    return [richLink(url, words), ...(gap === 0 ? [] : [richText(sliceSafe(part, words.length))])];
  });
}

/** Words that lead somewhere, or the words alone when there is nowhere to lead to. */
export function richLink(url: string | null, text: Safe): RichTextElement {
  return url === null ? richText(text) : { type: "link", url, text: visible(text) || url };
}

/** A time of day in the reader's own zone, to the second. */
export function richTime(at: EpochMs): RichTextElement {
  return { type: "date", timestamp: Math.floor(at / 1000), format: "{time_secs}", fallback: utcClock(at) };
}
