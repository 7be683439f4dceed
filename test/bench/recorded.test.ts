import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runSuite } from "../../bench/measure/run-suite.ts";
import { suites } from "../../bench/suites/registry.ts";

const RECORDED = resolve(import.meta.dirname, "../../../shared/cases");
const folder = mkdtempSync(join(tmpdir(), "traceops-recorded-"));
const isAbsent = !existsSync(RECORDED);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(isAbsent)("the recorded incidents (skipped where ../shared/cases is absent)", () => {
  test.each(Object.keys(suites))(
    "%s: new names for every service change no score, and every process writes the same",
    (suite) => {
      execFileSync("tar", ["-xJf", join(RECORDED, `${suite}.tar.xz`), "-C", folder], { timeout: 120_000 });
      const { scores, renamed, isRepeatable } = runSuite(suite, folder, join(RECORDED, "score.py"));
      expect(scores.figures.length).toBeGreaterThan(0);
      expect(renamed.figures).toEqual(scores.figures);
      expect(isRepeatable).toBe(true);
      expect(scores.broken).toBe(0);
    },
    300_000,
  );
});
