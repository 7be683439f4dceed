import { expect, test, vi } from "vitest";
import { anIncident, TEN_O_CLOCK } from "../../test/support/builders.ts";
import { FakeRedactor } from "../../test/support/fakes.ts";
import { DEFAULT_EVIDENCE_POLICY } from "../core/evidence.ts";
import { planEvidence } from "../core/evidence-plan.ts";
import { UnavailableError } from "./errors.ts";
import { type GatherRaw, guardEvidence } from "./guard-evidence.ts";

const query = planEvidence(anIncident(), TEN_O_CLOCK, DEFAULT_EVIDENCE_POLICY);
const guarded = (gather: GatherRaw, deadlineMs = 5_000) =>
  guardEvidence("logs", gather, { deadlineMs, redactor: new FakeRedactor() });
const never = new AbortController().signal;

test("a source that does not answer, and does not listen, is a stated gap after its deadline", async () => {
  vi.useFakeTimers();
  const answer = guarded(() => new Promise(() => {}), 20_000).gather(query, never);
  await vi.advanceTimersByTimeAsync(20_000);
  vi.useRealTimers();

  expect(await answer).toEqual({ status: "failed", reason: "timeout", detail: "no answer within 20 s" });
});

test("at its deadline a source is told to stop", async () => {
  vi.useFakeTimers();
  const seen: AbortSignal[] = [];
  const answer = guarded((_query, signal) => {
    seen.push(signal);
    return new Promise(() => {});
  }, 50).gather(query, never);
  await vi.advanceTimersByTimeAsync(50);
  vi.useRealTimers();
  await answer;

  expect(seen.map(({ aborted }) => aborted)).toEqual([true]);
});

test("a job that is cancelled ends every source at once, also before it begins", async () => {
  expect(await guarded(() => new Promise(() => {})).gather(query, AbortSignal.abort())).toMatchObject({
    status: "failed",
    detail: "stopped before it answered",
  });
});

test("what is thrown becomes a failure with its reason, redacted", async () => {
  const unavailable = new UnavailableError("logs", { retryable: true, detail: `refused ${FakeRedactor.SECRET}` });

  expect(await guarded(() => Promise.reject(unavailable)).gather(query, never)).toEqual({
    status: "failed",
    reason: "unavailable",
    detail: "refused [hidden]",
  });
  expect(
    await guarded(() => {
      throw new TypeError("x is not a function");
    }).gather(query, never),
  ).toEqual({ status: "failed", reason: "invalid", detail: "failed unexpectedly; x is not a function" });
});

test("whatever a source says is redacted", async () => {
  const port = guarded(() => Promise.resolve({ status: "empty", searched: `password ${FakeRedactor.SECRET}` }));

  expect(await port.gather(query, never)).toEqual({ status: "empty", searched: "password [hidden]" });
});
