import { isJson, type Json, objects } from "../../../dev/slack/json.ts";
import { problemsOfMessage, problemsOfView } from "../../../dev/slack/oracle/problems.ts";

/** What Slack would refuse about these blocks of a message, and what we refuse ourselves; empty when all is well. */
export function problemsOf(blocks: unknown): readonly string[] {
  return [...problemsOfMessage(blocks), ...unlabelled(blocks)];
}

/** The same for a window or an App Home. */
export function problemsOfOurView(view: unknown): readonly string[] {
  return [...problemsOfView(view), ...unlabelled(view)];
}

/** Our own rule: every button says what it does to those who do not see it. */
function unlabelled(value: unknown): readonly string[] {
  return buttonsIn(value)
    .filter((button) => typeof button["accessibility_label"] !== "string" || button["accessibility_label"] === "")
    .map((button) => `a button without a label for screen readers: ${JSON.stringify(button["text"])}`);
}

function buttonsIn(value: unknown): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap(buttonsIn);
  if (!isJson(value)) return [];
  const here = value["type"] === "button" ? [value] : [];
  const votes = objects([value["positive_button"], value["negative_button"]]);
  return [...here, ...votes, ...Object.values(value).flatMap(buttonsIn)];
}
