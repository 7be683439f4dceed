import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Fault } from "../../dev/slack/workspace.ts";
import { DEFAULT_TENANT, epochMs } from "../../src/core/ids.ts";
import { press } from "../support/fake-slack/deliveries.ts";
import { anAnswer } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";
import { MemoryPreferences } from "../support/people-stores.ts";

const DAY = 24 * 60 * 60_000;
const VALUE = JSON.stringify({ v: 1, i: "INC-2041", r: 4 });
const SILENT: readonly Fault[] = [{ kind: "error-before" }, { kind: "rate-limit", retryAfterS: 30 }];

let stage: Stage;
let stored: MemoryPreferences;

/** Bob is a guest of the workspace, Ada a member. */
async function start(users: readonly Fault[] = []): Promise<void> {
  stage = new Stage(anAnswer());
  Object.assign(stage, { preferences: stored });
  await stage.start(transport);
  const { workspace } = stage.fake;
  workspace.users.set("U0ADA", { name: "Ada" });
  workspace.users.set("U0BOB", { name: "Bob", isGuest: true });
  for (const fault of users) workspace.breakNext("users.info", fault);
}

/** The same install after a restart some days later: only what is stored is known. */
async function restart(daysLater: number, users: readonly Fault[]): Promise<void> {
  await stage.stop();
  for (const told of await stored.list(DEFAULT_TENANT, "slack/standing")) {
    await stored.set(DEFAULT_TENANT, { ...told, atMs: epochMs(told.atMs - daysLater * DAY) });
  }
  await start(users);
}

async function resolvesAs(user: string): Promise<string> {
  const before = stage.fake.workspace.responses.length;
  await stage.send(press({ user, action: "pd.resolve", value: VALUE, responseUrl: stage.fake.responseUrl }));
  await stage.until(() => stage.verbs.of("setStatus").length > 0 || stage.fake.workspace.responses.length > before);
  return JSON.stringify(stage.fake.workspace.responses.slice(before));
}

const acted = () => stage.verbs.of("setStatus").length;
let transport: "http" | "socket" = "http";

forEachTransport((mode) => {
  beforeEach(() => {
    transport = mode;
    stored = new MemoryPreferences();
  });
  afterEach(() => stage.stop());

  describe("while Slack does not say who somebody is", () => {
    test.for(SILENT)("($kind) a guest changes nothing, and is told why and to try again", async (fault) => {
      await start([fault]);

      expect(await resolvesAs("U0BOB")).toContain("did not tell TraceOps whether you are a guest");
      expect(acted()).toBe(0);

      expect(await resolvesAs("U0BOB")).toContain("This needs the role responder");
      expect(acted()).toBe(0);
    });

    test.for(SILENT)("($kind) a new member acts at the next try", async (fault) => {
      await start([fault]);

      expect(await resolvesAs("U0ADA")).toContain("try again");
      expect(acted()).toBe(0);
      await resolvesAs("U0ADA");
      expect(acted()).toBe(1);
    });

    test("what it said before a restart counts: members act, guests do not", async () => {
      await start();
      await resolvesAs("U0ADA");
      await resolvesAs("U0BOB");
      await restart(20, [...SILENT, ...SILENT]);

      expect(await resolvesAs("U0BOB")).toContain("This needs the role responder");
      expect(acted()).toBe(0);
      await resolvesAs("U0ADA");
      expect(acted()).toBe(1);
    });

    test("what it said more than thirty days ago counts no more", async () => {
      await start();
      await resolvesAs("U0ADA");
      await restart(31, [...SILENT, ...SILENT]);

      expect(await resolvesAs("U0ADA")).toContain("try again");
      expect(acted()).toBe(0);
    });
  });
});
