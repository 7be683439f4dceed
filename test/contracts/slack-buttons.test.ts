import { expect, test } from "vitest";
import { isHeard } from "../../src/surfaces/slack/listen.ts";
import { drawn, EVERY } from "../support/fake-slack/message-cases.ts";

test.for(EVERY)("$name as $form has a handler for each of its buttons and menus", ({ form, ...item }) => {
  const actions = [...JSON.stringify(drawn(item, form)).matchAll(/"action_id":"([^"]+)"/gu)].map(
    ([, action = ""]) => action,
  );

  expect(actions.filter((action) => !isHeard(action))).toEqual([]);
});
