import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CORPUS_NAMES, type Corpus, createCorpus } from "../../bench/corpora/corpora.ts";
import { livingOf } from "../../bench/measure/mining-arms.ts";
import { groupsOf, linesOf, meanOf, qualityOf, readLogs } from "../../bench/measure/mining-quality.ts";
import { createPlainDrain } from "../../bench/measure/plain-drain.ts";
import { createReferenceDrain } from "../../bench/measure/reference-drain.ts";
import { createByteMiner } from "../../src/core/log-templates/byte-miner.ts";
import { createPatternTable } from "../../src/core/log-templates/pattern-table.ts";
import { createScannedLine, scanLine } from "../../src/core/log-templates/scan-line.ts";
import { createLineShaper } from "../../src/core/log-templates/shape-line.ts";
import { DEFAULT_MINER_LIMITS } from "../../src/core/log-templates/template-miner.ts";
import { createTemplateSearch } from "../../src/core/log-templates/template-search.ts";
import { MINER_TUNING } from "../../src/core/log-templates/tuning.ts";

const RECORDED = resolve(import.meta.dirname, "../../../shared/cases/log-templates.tar.xz");
const folder = mkdtempSync(join(tmpdir(), "traceops-templates-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function eachLine(corpus: Corpus, visit: (from: number, to: number) => void): void {
  for (let line = 0; line + 1 < corpus.starts.length; line++) {
    visit(corpus.starts[line] ?? 0, (corpus.starts[line + 1] ?? 0) - 1);
  }
}

/** Group of each line as the first line of the group: what two partitions are compared by. */
function partition(groups: readonly number[]): number[] {
  const first = new Map<number, number>();
  return groups.map((group, line) => {
    if (!first.has(group)) first.set(group, line);
    return first.get(group) ?? line;
  });
}

function signatures(name: "repeated" | "adversarial"): number {
  const corpus = createCorpus(name, 30_000);
  const line = createScannedLine(64);
  const seen = new Set<string>();
  eachLine(corpus, (from, to) => {
    scanLine(line, corpus.bytes, from, to);
    seen.add(`${line.signatureA} ${line.signatureB}`);
  });
  return seen.size;
}

describe("corpora", () => {
  test.each(CORPUS_NAMES)("%s: the same seed gives the same bytes, every line ends with a newline", (name) => {
    const one = createCorpus(name, 500, 3);
    expect(createCorpus(name, 500, 3).bytes).toEqual(one.bytes);
    expect(createCorpus(name, 500, 4).bytes).not.toEqual(one.bytes);
    expect(linesOf(one.bytes)).toHaveLength(500);
    eachLine(one, (_from, to) => expect(one.bytes[to]).toBe(10));
  });

  test("repeated has some thousand signatures, adversarial nearly one a line", () => {
    const repeated = signatures("repeated");
    expect(repeated).toBeGreaterThan(1000);
    expect(repeated).toBeLessThan(4000);
    expect(signatures("adversarial")).toBeGreaterThan(27_000);
  });
});

describe("mining a corpus", () => {
  test("variables without digits are found as well: a cluster for each sentence and few left over", () => {
    const corpus = createCorpus("adversarial", 20_000);
    const miner = createByteMiner();
    eachLine(corpus, (from, to) => miner.add(0, corpus.bytes, from, to));
    expect(livingOf(miner)).toBeLessThan(200);
  });

  test.each(["repeated", "adversarial", "traces"] as const)(
    "%s: what is remembered of earlier lines leads to the templates that a search for each line finds",
    (name) => {
      const corpus = createCorpus(name, 6000);
      const scanned = createScannedLine(DEFAULT_MINER_LIMITS.maxTokens);
      const shaper = createLineShaper(DEFAULT_MINER_LIMITS.maxTokens);
      const patterns = createPatternTable(shaper);
      const search = createTemplateSearch({
        limits: DEFAULT_MINER_LIMITS,
        tuning: MINER_TUNING,
        scanned,
        shaper,
        patterns,
      });
      const miner = createByteMiner();
      const searched: number[] = [];
      const mined: number[] = [];
      eachLine(corpus, (from, to) => {
        scanLine(scanned, corpus.bytes, from, to);
        searched.push(search.place(0, corpus.bytes));
        mined.push(miner.add(0, corpus.bytes, from, to));
      });
      const final = searched.map((template) => search.store.finalOf(template));
      expect(partition(mined.map((template) => miner.finalOf(template)))).toEqual(partition(final));
    },
  );

  test.each([
    { name: "the plain Drain", create: createPlainDrain },
    { name: "the Drain of the reference", create: createReferenceDrain },
  ])("$name it is compared with masks, groups and generalises", ({ create }) => {
    const drain = create();
    const lines = [
      "paid order 17 for ada",
      "paid order 18 for grace",
      "closed the books",
      "paid order -5 for alan",
      "",
    ];
    expect(lines.map((line) => drain.add(line))).toEqual([0, 0, 1, 0, 2]);
    expect(drain.size).toBe(3);
  });

  test("the Drain of the reference says for each line what became of it", () => {
    const drain = createReferenceDrain();
    const answers = ["ada paid 10.0.0.1", "ada left 10.0.0.2", "ada left 10.0.0.3"].map((line) =>
      drain.addMessage(line),
    );
    expect(answers.map(({ change, template, clusterSize }) => `${change} ${clusterSize}: ${template}`)).toEqual([
      "created 1: ada paid <IP>",
      "changed 2: ada <*> <IP>",
      "none 3: ada <*> <IP>",
    ]);
  });
});

describe.skipIf(!existsSync(RECORDED))("labelled logs (skipped where ../shared/cases is absent)", () => {
  test("one setting groups them well enough", () => {
    execFileSync("tar", ["-xJf", RECORDED, "-C", folder], { timeout: 120_000 });
    const logs = readLogs(join(folder, "log-templates", "inputs")) ?? [];
    const { ga, fga } = meanOf(logs.flatMap((log) => qualityOf(log, groupsOf(log, createByteMiner()).groups) ?? []));
    expect(logs.length).toBeGreaterThan(0);
    expect(ga).toBeGreaterThan(0.97);
    expect(fga).toBeGreaterThan(0.95);
  });
});
