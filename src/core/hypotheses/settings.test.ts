import { describe, expect, test } from "vitest";
import { words } from "../../../test/support/observations.ts";
import type { Change } from "../event.ts";
import { changedSettings, isConfigurationOnly, settingWords } from "./settings.ts";

function aChange(overrides: Partial<Change> = {}): Change {
  return {
    kind: "deploy",
    status: "deployed",
    version: words("v2"),
    previousVersion: null,
    environment: null,
    by: null,
    url: null,
    summary: words("release v2"),
    files: [],
    pullRequest: null,
    ...overrides,
  };
}

const withDiff = (path: string, ...diff: readonly string[]): Change =>
  aChange({ files: [{ path: words(path), diff: diff.map(words) }] });

test.each([
  ["yaml", withDiff("a.yaml", "-  pool.max: 40", "+  pool.max: 4"), ["pool.max from 40 to 4"]],
  ["environment file", withDiff(".env", "-DB_POOL_SIZE=50", "+DB_POOL_SIZE=5"), ["DB_POOL_SIZE from 50 to 5"]],
  ["json", withDiff("a.json", '-  "timeoutMs": 3000,', '+  "timeoutMs": 30,'), ["timeoutMs from 3000 to 30"]],
  ["code", withDiff("a.ts", "-export const RETRIES = 3;", "+export const RETRIES = 30;"), ["RETRIES from 3 to 30"]],
  ["new", withDiff("a.yaml", "+cache_ttl: 10s"), ["cache_ttl (new: 10s)"]],
  ["removed", withDiff("a.yaml", '-api_host: "db-1"'), ["api_host (removed, was db-1)"]],
  ["the version itself", withDiff("package.json", '-  "version": "2.13.2",', '+  "version": "2.14.0",'), []],
  ["moved only", withDiff("a.yaml", "-a_b: 1", "+a_b: 1"), []],
])("reads changed settings out of a diff: %s", (_, change, expected) => {
  expect(changedSettings(change).map(settingWords)).toEqual(expected);
});

test.each([
  ["PAYMENT_TIMEOUT_MS 3000 → 30", ["PAYMENT_TIMEOUT_MS from 3000 to 30"]],
  ["set maxConnections from 50 to 5 for small instances", ["maxConnections from 50 to 5"]],
  ["replicas from 5 to 2", ["replicas from 5 to 2"]],
  ["release 1.4 to the canary hosts", []],
  ["upgrade orders v1.4 to v1.5", []],
])("reads a setting out of the words %j", (summary, expected) => {
  expect(changedSettings(aChange({ summary: words(summary) })).map(settingWords)).toEqual(expected);
});

describe("configuration only", () => {
  test("is a change that says so or that touches nothing else", () => {
    expect(isConfigurationOnly(aChange({ kind: "flag" }))).toBe(true);
    expect(isConfigurationOnly(withDiff("config/production.yaml"))).toBe(true);
  });

  test("is not a release that also touches code or the manifest of a program", () => {
    expect(isConfigurationOnly(withDiff("src/orders.ts"))).toBe(false);
    expect(isConfigurationOnly(withDiff("package.json"))).toBe(false);
    expect(isConfigurationOnly(aChange())).toBe(false);
  });
});
