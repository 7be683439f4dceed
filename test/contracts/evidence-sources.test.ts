import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { guardEvidence } from "../../src/app/guard-evidence.ts";
import type { EvidenceQuery } from "../../src/core/evidence.ts";
import { DEFAULT_TENANT, epochMs, incidentId } from "../../src/core/ids.ts";
import type { EvidenceSourceDeps, RegisteredEvidenceSource } from "../../src/evidence-sources/define.ts";
import { evidenceSources } from "../../src/evidence-sources/registry.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";

const folder = resolve(import.meta.dirname, "../../src/evidence-sources");
const sources: readonly (readonly [string, RegisteredEvidenceSource])[] = Object.entries(evidenceSources);
const deps: EvidenceSourceDeps = {
  clock: { nowMs: () => epochMs(1_763_690_000_000) },
  logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  pushedEvents: null,
  segments: null,
  pagerDuty: null,
};

test("every folder is registered and every key has its folder", () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

  expect(Object.keys(evidenceSources).toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
});

test("every folder has tests of its own", () => {
  const untested = Object.keys(evidenceSources).filter(
    (name) => !readdirSync(join(folder, name)).some((file) => file.endsWith(".test.ts")),
  );

  expect(untested).toEqual([]);
});

test("no two sources use the same setting", () => {
  const names = sources.flatMap(([, { env }]) => Object.keys(env));

  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

describe.each(sources)("%s", (name, source) => {
  test("without settings it is off, and says what to set", () => {
    expect(source.create({}, deps)).toBeNull();
    expect(source.title).not.toBe("");
    expect(source.howToConfigure).toMatch(/^(?:Set|set|Send) .{20,}$/su);
  });

  test("every setting is optional and described", () => {
    expect(z.object(source.env).safeParse({}).success).toBe(true);
    const undescribed = Object.entries(source.env).filter(([, type]) => !describedBy(type));
    expect(undescribed.map(([setting]) => setting)).toEqual([]);
  });

  test("its deadline leaves time for an answer within half a minute", () => {
    expect(source.deadlineMs).toBeGreaterThanOrEqual(1000);
    expect(source.deadlineMs).toBeLessThanOrEqual(30_000);
  });

  test("what it throws becomes a stated failure", async () => {
    const port = guardEvidence(name, () => Promise.reject(new Error("password=hunter2x")), {
      deadlineMs: source.deadlineMs,
      redactor: createRedactor({ pseudonymKey: "k" }),
    });

    const evidence = await port.gather(QUERY, new AbortController().signal);

    expect(evidence.status).toBe("failed");
    expect(JSON.stringify(evidence)).not.toContain("hunter2x");
  });
});

const QUERY: EvidenceQuery = {
  tenant: DEFAULT_TENANT,
  incidentId: incidentId("i1"),
  service: null,
  window: { fromMs: epochMs(2), toMs: epochMs(3) },
  baseline: { fromMs: epochMs(1), toMs: epochMs(2) },
  external: [],
};

function describedBy(type: unknown): boolean {
  const described = z.object({ description: z.string().min(10) }).safeParse(type);
  return described.success;
}
