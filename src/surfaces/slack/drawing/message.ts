import type { KnownBlock } from "@slack/types";
import { context } from "./blocks.ts";
import { LIMITS } from "./limits.ts";
import { cutMd, type Mrkdwn, md, seenMd } from "./mrkdwn.ts";

/** How new the blocks may be: "new" uses containers and feedback buttons, "classic" what every workspace knows, "plain" no blocks. */
export type Form = "new" | "classic" | "plain";

/** A message as drawn: its sentence for notifications and screen readers, and its blocks named by part. */
export interface Drawing {
  readonly text: Mrkdwn;
  readonly blocks: readonly KnownBlock[];
}

/** A message as Slack takes it. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/**
 * Makes a drawing fit into one Slack message: parts become block ids of this edition, what is too much is left out from
 * the end, and the message says how much that was.
 */
export function finish(drawing: Drawing, edition: number): SlackMessage {
  const kept = fitting(drawing.blocks);
  const left = drawing.blocks.length - kept.length;
  const notice =
    left > 0 ? [context("cut", md`Cut: ${left} more parts do not fit in one message. The incident page has all.`)] : [];
  return {
    text: cutMd(seenMd(drawing.text), LIMITS.fallback).mrkdwn,
    blocks: [...kept, ...notice].map((block) => ({ ...block, block_id: blockId(block, edition) })),
  };
}

/** Slack wants a new block id on every edit. */
function blockId(block: KnownBlock, edition: number): string {
  return `${(block.block_id ?? "part").slice(0, LIMITS.blockId - 20)}:${edition}`;
}

/** The first blocks that stay within the total; the last one and the notice always have room. */
function fitting(blocks: readonly KnownBlock[]): readonly KnownBlock[] {
  const sizes = blocks.map(sizeOf);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (blocks.length <= LIMITS.blocks && total <= LIMITS.total) return blocks;
  const reserve = 300;
  const used = sizes.map((_, index) => sizes.slice(0, index + 1).reduce((sum, size) => sum + size, 0));
  return blocks.filter((_, index) => index < LIMITS.blocks - 1 && (used[index] ?? 0) <= LIMITS.total - reserve);
}

const SHOWN_KEYS = new Set(["text", "title", "subtitle", "fallback", "url", "value", "accessibility_label"]);

/** Every character that a block shows or carries. */
export function sizeOf(block: unknown): number {
  if (typeof block !== "object" || block === null) return 0;
  return Object.entries(block).reduce((sum: number, [key, value]: [string, unknown]) => {
    if (typeof value === "string") return sum + (SHOWN_KEYS.has(key) ? value.length : 0);
    return sum + sizeOf(value);
  }, 0);
}
