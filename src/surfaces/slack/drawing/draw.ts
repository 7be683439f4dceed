import type { LinkRule } from "./links.ts";
import type { Form } from "./message.ts";

/** The kinds of message an incident has, and their order in its thread; "dm" goes to one person. */
export type MessageKind = "root" | "timeline" | "hypotheses" | "change" | "dm";

/** What drawing needs besides the view. */
export interface DrawOptions {
  readonly form: Form;
  readonly links: LinkRule;
  /** The first card was deleted by somebody and this is its replacement. */
  readonly recreated: boolean;
  /** The drawn chart as uploaded for this message; null or left out: its words stand in for it. */
  readonly chart?: { readonly fileId: string } | null;
}
