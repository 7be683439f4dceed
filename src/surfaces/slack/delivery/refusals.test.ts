import { expect, test } from "vitest";
import { adviceFor, scopeOfRefusal } from "./refusals.ts";

test("what is about the token, a permission, the workspace, a channel or the words is told apart, with its own fix", () => {
  const told = [
    "token_revoked",
    "missing_scope",
    "team_added_to_org",
    "is_archived",
    "msg_too_long",
    "of_tomorrow",
  ].map((code) => [scopeOfRefusal(code), adviceFor(code, "C0CHECKOUT").split(":")[0]]);

  expect(told).toEqual([
    ["workspace", "Slack refused the bot's token (token_revoked)"],
    ["workspace", "the Slack app lacks a permission (missing_scope)"],
    ["workspace", "the workspace takes nothing from the app (team_added_to_org)"],
    ["channel", "channel C0CHECKOUT is archived"],
    ["message", "Slack refused the content (msg_too_long)"],
    ["message", "Slack refused the content (of_tomorrow)"],
  ]);
});
