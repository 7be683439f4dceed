import { expect, test } from "vitest";
import { isJson } from "../../dev/slack/json.ts";
import { problemsOf, problemsOfOurView } from "../support/fake-slack/block-kit.ts";
import { BUILDERS, type Builder } from "../support/fake-slack/builders.ts";
import { hostileTexts, mischiefIn } from "../support/fake-slack/hostile.ts";
import { passed } from "../support/fake-slack/sample-answers.ts";
import { HOSTILE_STRINGS, HOSTILE_TIMEOUT_MS } from "../support/hostile-size.ts";
import { hostileSafe } from "../support/hostile-text.ts";

const STRINGS = [...hostileTexts(HOSTILE_STRINGS, 20_261_120), ...hostileSafe(1_200, 20_261_125)];
const LONGEST_TEXT = 3000;

/** Builds until every string was in one of the places where foreign text gets in. */
function* everyPayload({ build }: Builder) {
  let used = 0;
  const foreign = () => STRINGS[used++ % STRINGS.length] ?? passed("");
  for (let built = 0; used < STRINGS.length && built < STRINGS.length; built++) {
    const before = used;
    yield build(foreign);
    // Nothing foreign gets in here: one payload says it all.
    if (used === before) return;
  }
}

function problems(kind: Builder["kind"], payload: unknown): readonly string[] {
  if (!isJson(payload) || kind === "other") return [];
  if (kind === "view") return problemsOfOurView(payload);
  const { text, blocks } = payload;
  const isLong = typeof text === "string" && text.length > LONGEST_TEXT;
  return [...problemsOf(blocks), ...(isLong ? [`a text of ${text.length} characters`] : [])];
}

test.for(BUILDERS)(
  `${HOSTILE_STRINGS} hostile strings and more through $name: nobody is called, nothing foreign is linked, nothing is too long`,
  { timeout: HOSTILE_TIMEOUT_MS },
  (builder) => {
    const wrong = new Set<string>();
    for (const payload of everyPayload(builder)) {
      for (const found of [...mischiefIn(payload), ...problems(builder.kind, payload)]) wrong.add(found);
      if (wrong.size > 5) break;
    }

    expect([...wrong]).toEqual([]);
  },
);

test.for([
  { text: "<!channel> wake up", blocks: [] },
  { blocks: [{ type: "section", text: { type: "mrkdwn", text: "see <https://evil.example|the page>" } }] },
  { blocks: [{ type: "section", text: { type: "mrkdwn", text: "half a mention <@U1" } }] },
  { blocks: [{ type: "section", text: { type: "plain_text", text: "a\u202Eb" } }] },
  { blocks: [{ type: "rich_text", elements: [{ type: "broadcast", range: "here" }] }] },
  { blocks: [{ type: "actions", elements: [{ type: "button", url: "https://evil.example" }] }] },
  { blocks: [{ type: "section", text: { type: "plain_text", text: "half \uD800" } }] },
])("the check sees what it is there to see (%#)", (payload) => {
  expect(mischiefIn(payload)).not.toEqual([]);
});
