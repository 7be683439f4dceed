import { pointsThatDouble, showArithmetic } from "../../../core/presentation/arithmetic.ts";
import type { ArgumentView, CauseView, IncidentView } from "../../../core/presentation/view.ts";
import { cutWords } from "../../../core/presentation/words.ts";
import { cutSafe, type Safe, safe, sliceSafe } from "../../../core/safe.ts";
import { context, section } from "./blocks.ts";
import type { DrawOptions } from "./draw.ts";
import { CARD } from "./limits.ts";
import type { Drawing } from "./message.ts";
import { escaped, joinMd, linkAt, type Mrkdwn, md } from "./mrkdwn.ts";
import { subtitleOf, titleOf } from "./render-hypotheses.ts";
import { evidenceUrl } from "./render-timeline.ts";

/** The answer to "Show the arithmetic": every line of one cause's score with its points. The lines add up to the score. */
export function drawArithmetic(view: IncidentView, cause: CauseView, options: Omit<DrawOptions, "form">): Drawing {
  const supporting = folded(cause.supporting);
  const against = folded(cause.against);
  const shown = showArithmetic({ supporting, against });
  const line = lineOf(view, options);
  const title = md`*${escaped(cutSafe(titleOf(cause), CARD.line))}* · ${escaped(subtitleOf(cause))}`;
  const part = (label: Safe, lines: readonly ArgumentView[], points: readonly Safe[]) => [
    md`*${escaped(label)}*${lines.length === 0 ? md`: nothing found` : md``}`,
    ...lines.map((reason, index) => line(reason, points[index] ?? safe``)),
  ];
  return {
    text: escaped(safe`${cutSafe(titleOf(cause), CARD.line)}: ${subtitleOf(cause)}.`),
    blocks: [
      section("ar", title),
      section("arfor", joinMd(part(safe`For`, supporting, shown.supporting), "\n")),
      section("aragainst", joinMd(part(safe`Against`, against, shown.against), "\n")),
      context(
        "arfoot",
        md`${escaped(pointsThatDouble())} about doubles the odds of this cause, the same below zero halves them. The lines add up to the score.`,
      ),
    ],
  };
}

function lineOf(
  view: IncidentView,
  options: Omit<DrawOptions, "form">,
): (reason: ArgumentView, points: Safe) => Mrkdwn {
  return ({ because, evidenceIds }, points) => {
    const url = evidenceUrl(view, evidenceIds, { ...options, form: "classic" });
    return md`• ${escaped(points)} ${linkAt(url, cutWords(shortQuotes(because), CARD.reason), view.detectedAtMs)}`;
  };
}

/** The quotes of one cause often say the same; the page has them in full. */
function shortQuotes(text: Safe): Safe {
  const pieces = text.split('"');
  if (pieces.length % 2 === 0) return text;
  let at = 0;
  const parts = pieces.map((piece, index) => {
    const part = sliceSafe(text, at, at + piece.length);
    at += piece.length + 1;
    return index % 2 === 1 ? cutWords(part, QUOTE) : part;
  });
  return parts.reduce((before, part) => safe`${before}"${part}`);
}

const QUOTE = 48;

/** What does not fit is one line with its sum, so that the lines still add up. */
function folded(lines: readonly ArgumentView[]): readonly ArgumentView[] {
  if (lines.length <= CARD.parts) return lines;
  const rest = lines.slice(CARD.parts - 1);
  const points = rest.reduce((sum, reason) => sum + reason.points, 0);
  return [
    ...lines.slice(0, CARD.parts - 1),
    { points, because: safe`${rest.length} more reasons, on the incident page`, evidenceIds: [] },
  ];
}
