import { expect, test } from "vitest";
import { words } from "../../../test/support/observations.ts";
import type { SourceEvidence } from "../evidence.ts";
import { gapsOf } from "./gaps.ts";

test("failed, partial and missing sources are gaps; a source that found nothing is none", () => {
  const evidence: readonly SourceEvidence[] = [
    { source: "quiet", evidence: { status: "empty", searched: words("30 min") } },
    { source: "slow", evidence: { status: "failed", reason: "timeout", detail: words("no answer after 8 s") } },
    {
      source: "logs",
      evidence: { status: "found", events: [], read: 9, partial: words("3 of 12 files were not read") },
    },
    { source: "cloud", evidence: { status: "not-configured", detail: words("set a region") } },
    { source: "whole", evidence: { status: "found", events: [], read: 9, partial: null } },
  ];

  expect(gapsOf(evidence)).toEqual([
    { source: "cloud", status: "not-configured", detail: "set a region" },
    { source: "logs", status: "partial", detail: "3 of 12 files were not read" },
    { source: "slow", status: "failed", detail: "timeout: no answer after 8 s" },
  ]);
});
