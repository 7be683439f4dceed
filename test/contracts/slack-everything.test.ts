import { expect, test } from "vitest";
import { isJson } from "../../dev/slack/json.ts";
import { problemsOf, problemsOfOurView } from "../support/fake-slack/block-kit.ts";
import { BUILDERS, type Builder } from "../support/fake-slack/builders.ts";
import { passed } from "../support/fake-slack/sample-answers.ts";

const file = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/gu, "-");

/** The payload with "text 1", "text 2", … wherever foreign text gets in. */
function built({ build }: Builder): unknown {
  let count = 0;
  return build(() => passed(`text ${(count += 1)}`));
}

function problems(kind: Builder["kind"], payload: unknown): readonly string[] {
  if (!isJson(payload) || kind === "other") return [];
  return kind === "view" ? problemsOfOurView(payload) : problemsOf(payload["blocks"]);
}

test("no two payloads have one name", () => {
  expect(new Set(BUILDERS.map(({ name }) => file(name))).size).toBe(BUILDERS.length);
});

test.for(BUILDERS)("$name is what people agreed to, within every limit of Slack", async (builder) => {
  const payload = built(builder);

  expect(problems(builder.kind, payload)).toEqual([]);
  await expect(`${JSON.stringify(payload, null, 1)}\n`).toMatchFileSnapshot(
    `snapshots/slack-everything/${file(builder.name)}.json`,
  );
});
