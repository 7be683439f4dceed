import { expect, test } from "vitest";
import { anAlertSource, InMemoryInbox, RecordingLogger, RequestedJobs } from "../../test/support/fakes.ts";
import { DEFAULT_TENANT, epochMs } from "../core/ids.ts";
import { UnavailableError } from "./errors.ts";
import { type ReceiveDeliveryDeps, receiveDelivery } from "./receive-delivery.ts";

function setUp(overrides: Partial<ReceiveDeliveryDeps> = {}) {
  const jobs = new RequestedJobs();
  const inbox = new InMemoryInbox(jobs);
  const deps = {
    tenant: DEFAULT_TENANT,
    inbox,
    logger: new RecordingLogger(),
    sources: new Map([["test", anAlertSource()]]),
    digest: (raw: Uint8Array) => `hash-of-${raw.byteLength}`,
    ...overrides,
  };
  return { jobs, inbox, deps };
}

const delivery = (text: string, headers: Record<string, string> = { "x-authentic": "yes" }) => ({
  raw: new TextEncoder().encode(text),
  headers,
  receivedAtMs: epochMs(0),
});

test("authentic bytes are stored as they are, whatever they hold, with one job to look inside", async () => {
  const { deps, inbox, jobs } = setUp();

  expect(await receiveDelivery(deps, "test", delivery("\u0000 not JSON"))).toEqual({ kind: "accepted" });
  expect([...inbox.items.values()].map((item) => new TextDecoder().decode(item.delivery.raw))).toEqual([
    "\u0000 not JSON",
  ]);
  expect(jobs.names()).toEqual(["delivery.process"]);
});

test("the same delivery twice is stored once, by its id or else by its bytes", async () => {
  const { deps, inbox } = setUp();
  const named = { "x-authentic": "yes", "x-id": "d-1" };

  await receiveDelivery(deps, "test", delivery("a", named));
  await receiveDelivery(deps, "test", delivery("b"));

  expect(await receiveDelivery(deps, "test", delivery("other bytes", named))).toEqual({ kind: "duplicate" });
  expect(await receiveDelivery(deps, "test", delivery("b"))).toEqual({ kind: "duplicate" });
  expect(inbox.items.size).toBe(2);
});

test("what is not authentic leaves nothing behind", async () => {
  const { deps, inbox, jobs } = setUp();

  expect(await receiveDelivery(deps, "test", delivery("{}", {}))).toEqual({ kind: "refused", reason: "no-signature" });
  expect([inbox.items.size, jobs.all.length]).toEqual([0, 0]);
});

test("an unknown source and a body above the source's limit are told apart", async () => {
  const { deps } = setUp();

  expect(await receiveDelivery(deps, "nobody", delivery("{}"))).toEqual({ kind: "unknown-source" });
  expect(await receiveDelivery(deps, "test", delivery("x".repeat(1_001)))).toEqual({ kind: "too-large" });
  expect(await receiveDelivery(deps, "test", delivery("x".repeat(1_000)))).toEqual({ kind: "accepted" });
});

test("when the bytes cannot be made durable the sender is asked to try again", async () => {
  const { inbox } = setUp();
  inbox.store = () => Promise.reject(new UnavailableError("database", { retryable: true }));

  expect(await receiveDelivery(setUp({ inbox }).deps, "test", delivery("{}"))).toEqual({ kind: "unavailable" });
});

test("a delivery that could not be checked is neither stored nor refused: the sender must try again", async () => {
  for (const cause of [new UnavailableError("certificates", { retryable: true }), new TypeError("a bug")]) {
    const sources = new Map([["test", anAlertSource({ verify: () => Promise.reject(cause) })]]);
    const { deps, inbox } = setUp({ sources });

    expect(await receiveDelivery(deps, "test", delivery("a"))).toEqual({ kind: "unavailable" });
    expect(inbox.items.size).toBe(0);
  }
});
