import process from "node:process";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { RefusingSlack } from "../support/limits/refusing-slack.ts";

/** Refusals that are about one channel: another one may take the card. */
const OF_CHANNEL = [
  "is_archived",
  "channel_not_found",
  "not_in_channel",
  "restricted_action",
  "restricted_action_read_only_channel",
  "restricted_action_thread_only_channel",
  "restricted_action_non_threadable_channel",
];
/** Refusals that are about the token or the workspace: nothing at all may be posted. */
const OF_WORKSPACE = [
  "token_revoked",
  "account_inactive",
  "missing_scope",
  "invalid_auth",
  "not_authed",
  "token_expired",
  "not_allowed_token_type",
  "no_permission",
  "access_denied",
  "accesslimited",
  "ekm_access_denied",
  "enterprise_is_restricted",
  "message_limit_exceeded",
  "org_login_required",
  "team_access_not_granted",
  "team_added_to_org",
  "two_factor_setup_required",
];
/** Refusals that are about what was to be said. */
const OF_CONTENT = ["msg_too_long", "msg_blocks_too_long", "no_text", "metadata_too_large", "a_code_of_tomorrow"];

/** Every code: LIMITS_ALL_CODES=yes npx vitest run --project integration limits-refusals. Else the first of each kind. */
const some = (codes: readonly string[]) => (process.env["LIMITS_ALL_CODES"] === "yes" ? codes : codes.slice(0, 1));

const shopOf = (code: string) => code.replaceAll("_", "-");
const channelOf = (code: string) => `C0${code.replaceAll("_", "").toUpperCase()}`;
const world = new RefusingSlack();

beforeAll(async () => {
  await world.start(Object.fromEntries(OF_CHANNEL.map((code) => [shopOf(code), channelOf(code)])));
});
afterAll(() => world.stop());
afterEach(() => {
  world.refusal = null;
});

describe("a channel that refuses for good", () => {
  test.for(some(OF_CHANNEL))(
    "(%s) costs one call; the card stands in the default channel, and doctor names the fix",
    async (code) => {
      world.slack.workspace.refusingChannels.set(channelOf(code), code);

      await world.tell(shopOf(code));
      await world.tell(shopOf(code), "acknowledged");

      expect(world.posts(channelOf(code))).toHaveLength(1);
      expect(world.cardsOf(shopOf(code)).map(({ channel }) => channel)).toEqual(["C0INCIDENTS"]);
      expect(await world.advice()).toContain(channelOf(code));
    },
  );
});

describe("a workspace that refuses for good", () => {
  test.for(some(OF_WORKSPACE))(
    "(%s) costs one call for all incidents; PagerDuty is told; each card comes by itself once the refusal is gone",
    async (code) => {
      const [first, second] = [`first-${shopOf(code)}`, `second-${shopOf(code)}`];
      const before = world.posts().length;
      world.refusal = code;
      await world.tell(first);
      await world.tell(first, "acknowledged");
      await world.tell(second);

      expect(world.posts().length - before).toBe(1);
      for (const service of [first, second]) {
        expect(world.cardsOf(service)).toEqual([]);
        expect(world.notesOf(service).join("\n")).toContain(`(${code})`);
      }
      expect(await world.advice()).toContain(code);

      world.refusal = null;
      await world.minutesPass();
      expect([first, second].map((service) => world.cardsOf(service).length)).toEqual([1, 1]);
    },
  );
});

describe("content that is refused for good", () => {
  test.for(some(OF_CONTENT))("(%s) costs one call for each content, and PagerDuty is told", async (code) => {
    const before = world.posts().length;
    world.refusal = code;
    await world.tell(shopOf(code));
    world.refusal = null;

    const bodies = world
      .posts()
      .slice(before)
      .map(({ body }) => body["blocks"]);
    expect(bodies.length).toBeGreaterThan(0);
    expect(new Set(bodies).size).toBe(bodies.length);
    expect(world.notesOf(shopOf(code)).join("\n")).toContain(`(${code})`);
  });
});

describe("a card that somebody deleted", () => {
  test("comes back once, says so, and not a second time", async () => {
    await world.tell("deleted");
    const cards = world.cardsOf("deleted");
    world.slack.workspace.deleteByPerson(cards[0]?.ts ?? "");
    await world.tell("deleted", "acknowledged");
    const again = world.cardsOf("deleted");

    expect(cards).toHaveLength(1);
    expect(again).toHaveLength(1);
    expect(JSON.stringify(again[0]?.blocks)).toContain("re-created");
    expect(world.slack.workspace.replies(again[0]?.ts ?? "").length).toBeGreaterThanOrEqual(2);

    world.slack.workspace.deleteByPerson(again[0]?.ts ?? "");
    await world.tell("deleted", "resolved");
    expect(world.cardsOf("deleted")).toEqual([]);
  });
});
