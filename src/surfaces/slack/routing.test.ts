import { describe, expect, test } from "vitest";
import { MemoryLog } from "../../../test/support/fake-slack/memory-log.ts";
import { anAnswer } from "../../../test/support/fake-slack/sample-answers.ts";
import { MemoryPreferences } from "../../../test/support/people-stores.ts";
import type { Preference } from "../../app/people-ports.ts";
import { DEFAULT_TENANT, epochMs } from "../../core/ids.ts";
import { safe } from "../../core/safe.ts";
import { createRedactor } from "../../platform/redaction/redact.ts";
import { libraryLogger } from "./client.ts";
import { parsePlace, placeText } from "./place.ts";
import { askedFor, createRouting, parseRoutes, SCOPES } from "./routing.ts";
import { parseWorkspaces } from "./settings.ts";
import { openWorkspace, Workspaces } from "./workspaces.ts";

const NOW = epochMs(1_795_000_000_000);
const answer = anAnswer();

function setUp(fixed = "") {
  const clock = { nowMs: () => NOW };
  const preferences = new MemoryPreferences();
  const redactor = createRedactor({ pseudonymKey: "test" });
  const client = { apiUrl: undefined, logger: libraryLogger(new MemoryLog(), redactor) };
  const open = (team: string | null, channel: string) =>
    openWorkspace({ team, botToken: `xoxb-${team ?? "first"}`, channel }, client, {
      redactor,
      clock,
      preferences,
      groups: [],
    });
  const workspaces = new Workspaces(open(null, "C0MAIN"), [open("T0OTHER", "C0OTHER")]);
  const routing = createRouting({ preferences, workspaces, clock, fixed: parseRoutes(fixed) ?? [] });
  const choose = (scope: string, name: string, value: unknown) =>
    preferences.set(DEFAULT_TENANT, { scope, name, value, by: safe`Ada`, atMs: NOW });
  const store = (preference: Preference) => preferences.set(DEFAULT_TENANT, preference);
  return { routing, choose, store, workspaces };
}

describe("a new card goes", () => {
  test("to the install's channel when nobody said otherwise", async () => {
    const { routing, workspaces } = setUp("billing=C0BILL");

    const target = await routing.targetOf(answer);

    expect(target).toMatchObject({ status: "channel", team: null, channel: "C0MAIN" });
    expect(target).toHaveProperty("client", workspaces.first.client);
  });

  test("to the channel of a fixed route, also by the beginning of a name and in another workspace", async () => {
    const { routing, workspaces } = setUp("billing=C0BILL, checkout-*=T0OTHER/C0CHECK");

    const target = await routing.targetOf(answer);

    expect(target).toMatchObject({ team: "T0OTHER", channel: "C0CHECK" });
    expect(target).toHaveProperty("client", workspaces.at("T0OTHER").client);
  });

  test("to the channel that follows the service rather than to a fixed route", async () => {
    const { routing, choose } = setUp("checkout-api=C0FIXED");
    await choose(SCOPES.route, "Checkout-API", { team: "T0OTHER", channel: "C0TEAM" });

    expect(await routing.targetOf(answer)).toMatchObject({ team: "T0OTHER", channel: "C0TEAM" });
  });

  test("to the place where somebody asked for it, although its service is muted", async () => {
    const { routing, choose } = setUp();
    await choose(SCOPES.mute, "checkout-api", { untilMs: NOW + 60_000 });
    await choose(SCOPES.place, answer.incident.id, { channel: "D0ADA" });

    expect(await routing.targetOf(answer)).toMatchObject({ status: "channel", channel: "D0ADA" });
  });

  test("to where somebody just asked for its service, before its id is known there; not a minute later", async () => {
    const { routing, choose } = setUp();
    await choose(SCOPES.place, askedFor("Checkout-API"), { team: "T0OTHER", channel: "C0ASKED" });
    expect(await routing.targetOf(answer)).toMatchObject({ team: "T0OTHER", channel: "C0ASKED" });

    const late = setUp();
    const value = { channel: "C0ASKED" };
    await late.store({
      scope: SCOPES.place,
      name: askedFor("checkout-api"),
      value,
      by: safe`Ada`,
      atMs: epochMs(NOW - 60_000),
    });
    expect(await late.routing.targetOf(answer)).toMatchObject({ channel: "C0MAIN" });
  });

  test("nowhere while its service is muted, and on again afterwards", async () => {
    const { routing, choose } = setUp();
    await choose(SCOPES.mute, "checkout-api", { untilMs: NOW + 60_000 });
    expect(await routing.targetOf(answer)).toEqual({ status: "muted", untilMs: NOW + 60_000 });

    await choose(SCOPES.mute, "checkout-api", { untilMs: NOW });
    expect(await routing.targetOf(answer)).toMatchObject({ status: "channel" });
  });

  test("to the install's channel when what was stored cannot be read", async () => {
    const { routing, choose } = setUp();
    await choose(SCOPES.route, "checkout-api", { channel: "<!channel>" });
    await choose(SCOPES.mute, "checkout-api", { untilMs: "for ever" });

    expect(await routing.targetOf(answer)).toMatchObject({ channel: "C0MAIN" });
  });
});

test.for([
  { team: null, channel: "C0A", threadTs: null },
  { team: null, channel: "D0A", threadTs: "1795.000100" },
  { team: "T0B", channel: "C0A", threadTs: null },
  { team: "E0B", channel: "G0A", threadTs: "1795.000100" },
])("the stored place of $channel in $team reads back as it was", (place) => {
  expect(parsePlace(placeText(place))).toEqual(place);
});

test.for(["checkout", "checkout=general", "=C0AAA", "a=T0X/", "a=C0A,b"])(
  "routes that read like %s are refused as a whole",
  (text) => {
    expect(parseRoutes(text)).toBeNull();
  },
);

test("two workspaces of one id, or without a token, are refused", () => {
  const one = { team: "T0OTHER", botToken: "xoxb-2", channel: "C0AAA" };
  expect(parseWorkspaces(JSON.stringify([one]))).toEqual([one]);
  expect(parseWorkspaces(JSON.stringify([one, one]))).toBeNull();
  expect(parseWorkspaces(JSON.stringify([{ ...one, botToken: "" }]))).toBeNull();
  expect(parseWorkspaces("xoxb-2")).toBeNull();
});
