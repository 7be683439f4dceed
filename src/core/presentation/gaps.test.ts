import { expect, test } from "vitest";
import { text } from "../../../test/support/sample-incident.ts";
import { gapSentences } from "./gaps.ts";

const away = (source: string) => ({
  source: text(source),
  status: "not-configured" as const,
  detail: text("set A_TOKEN"),
});

test("what nobody connected is one sentence; what failed keeps its own with its reason", () => {
  const failed = { source: text("GitHub"), status: "failed" as const, detail: text("timed out after 10 s") };

  expect(gapSentences([away("CloudWatch Logs"), failed, away("PagerDuty")])).toEqual([
    "not checked: GitHub (timed out after 10 s)",
    "not connected: CloudWatch Logs, PagerDuty. traceops doctor says how to connect each",
  ]);
});

test("a single source that is not connected says at once how to connect it", () => {
  expect(gapSentences([away("PagerDuty")])).toEqual(["not checked: PagerDuty (not connected: set A_TOKEN)"]);
});
