import type { ChangeOfMind, IncidentView } from "../../../core/presentation/view.ts";
import { cutWords } from "../../../core/presentation/words.ts";
import { ownWords, type Safe, safe } from "../../../core/safe.ts";
import { section } from "./blocks.ts";
import type { DrawOptions } from "./draw.ts";
import { CARD } from "./limits.ts";
import type { Drawing } from "./message.ts";
import { escaped, escapedAt, md } from "./mrkdwn.ts";

/** One short reply when something happened that people should know. */
export function drawChange(view: IncidentView, change: ChangeOfMind, options: DrawOptions): Drawing {
  const words = cutWords(change.text, CARD.change);
  const { large, small } = LABELS[change.label];
  const text = escaped(safe`${ownWords(view.incidentId)}: ${small}, ${words}`);
  if (options.form === "plain") return { text, blocks: [] };
  return { text, blocks: [section("chg", md`*${escaped(large)}:* ${escapedAt(words, view.detectedAtMs)}`)] };
}

const LABELS: Readonly<Record<ChangeOfMind["label"], { readonly large: Safe; readonly small: Safe }>> = {
  New: { large: safe`New`, small: safe`new` },
  Strengthened: { large: safe`Strengthened`, small: safe`strengthened` },
  Weakened: { large: safe`Weakened`, small: safe`weakened` },
  "Ruled out": { large: safe`Ruled out`, small: safe`ruled out` },
  Recovered: { large: safe`Recovered`, small: safe`recovered` },
  Reopened: { large: safe`Reopened`, small: safe`reopened` },
  Resolved: { large: safe`Resolved`, small: safe`resolved` },
};
