import { expect, test } from "vitest";
import { MemoryLog } from "../../../test/support/fake-slack/memory-log.ts";
import { MemoryPreferences } from "../../../test/support/people-stores.ts";
import { DEFAULT_TENANT, epochMs } from "../../core/ids.ts";
import { createRedactor } from "../../platform/redaction/redact.ts";
import { libraryLogger, webClient } from "./client.ts";
import { Identity } from "./identity.ts";
import { People } from "./people.ts";

const NOW = epochMs(1_795_000_000_000);
const DAY = 86_400_000;

/** People of a Slack that answers until it is told to be silent. */
function setUp() {
  const clock = { ms: NOW, nowMs: () => clock.ms };
  const redactor = createRedactor({ pseudonymKey: "test" });
  const client = webClient("xoxb-test", { apiUrl: undefined, logger: libraryLogger(new MemoryLog(), redactor) });
  const slack = { isSilent: false };
  const info = async ({ user }: { readonly user: string }) => {
    if (slack.isSilent) throw new TypeError("no answer");
    return { ok: true, user: { name: `name of ${user}`, team_id: "T0ACME", profile: { email: "ada@shop.example" } } };
  };
  Object.assign(client.users, { info });
  Object.assign(client.auth, { test: async () => ({ ok: true, team_id: "T0ACME" }) });
  const preferences = new MemoryPreferences();
  const identity = new Identity(client, "xoxb-test");
  const people = new People({ client, redactor, clock, identity, preferences, groups: [] });
  const nameOf = async (user: string) => (await people.actor({ team: "T0ACME", user })).name;
  return { clock, slack, preferences, nameOf };
}

test("of more people than are remembered the oldest are forgotten, not all of them", async () => {
  const { slack, nameOf } = setUp();
  for (let number = 0; number < 1_001; number++) await nameOf(`U${number}`);
  slack.isSilent = true;

  expect(await nameOf("U0")).toBe("U0");
  expect(await nameOf("U1")).toBe("name of U1");
  expect(await nameOf("U1000")).toBe("name of U1000");
});

test("what is stored of a person is neither name nor address, and is written once a day", async () => {
  const { clock, preferences, nameOf } = setUp();
  const stored = () => preferences.list(DEFAULT_TENANT, "slack/standing");
  await nameOf("U0ADA");
  clock.ms = epochMs(NOW + DAY / 2);
  await nameOf("U0ADA");

  expect(await stored()).toEqual([
    {
      scope: "slack/standing",
      name: "T0ACME/U0ADA",
      value: { team: "T0ACME", enterprise: null, isGuest: false, isGone: false },
      by: "Slack",
      atMs: NOW,
    },
  ]);
  clock.ms = epochMs(NOW + DAY);
  await nameOf("U0ADA");
  expect((await stored())[0]?.atMs).toBe(NOW + DAY);
});
