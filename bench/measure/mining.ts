import { type Corpus, type CorpusName, createCorpus } from "../corpora/corpora.ts";
import { spreadOf } from "./arms.ts";
import { type MiningArm, type MiningRun, miningArms } from "./mining-arms.ts";
import { meanOf, qualityOf, readLogs } from "./mining-quality.ts";
import { inTurns, sliceStart } from "./turns.ts";

export interface MiningFigures {
  readonly corpus: CorpusName;
  readonly about: string;
  readonly bytesPerLine: number;
  readonly arms: readonly ArmFigures[];
}

/** Lines per CPU-second of this process, in millions. */
export interface ArmFigures {
  readonly arm: string;
  readonly isShipped: boolean;
  readonly lines: number;
  readonly warmUp: number;
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  /** One per round, in order. */
  readonly rates: readonly number[];
  readonly clusters: number;
}

export interface MiningOptions {
  readonly lines: number;
  readonly rounds: number;
  readonly corpora: readonly CorpusName[];
}

/** All arms over each corpus in every round, in turns of a slice of it; the first round is kept apart as warm-up. */
export function measureMining({ lines, rounds, corpora }: MiningOptions): readonly MiningFigures[] {
  const arms = miningArms();
  return corpora.map((name) => {
    const corpus = createCorpus(name, name === "long" ? Math.ceil(lines / 10) : lines);
    return measureCorpus(corpus, arms, rounds);
  });
}

function measureCorpus(corpus: Corpus, arms: readonly MiningArm[], rounds: number): MiningFigures {
  const all = corpus.starts.length - 1;
  const starts = arms.map((arm) => arm.prepare(corpus));
  const clusters: number[] = [];
  const rates: number[][] = arms.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    const micros = arms.map(() => 0);
    const runs: MiningRun[] = [];
    inTurns(arms.length, (arm, slice) => {
      const before = process.cpuUsage();
      const run = (runs[arm] ??= starts[arm]?.() ?? fail());
      run.mine(sliceStart(all, slice), sliceStart(all, slice + 1));
      const { user, system } = process.cpuUsage(before);
      micros[arm] = (micros[arm] ?? 0) + user + system;
    });
    for (const [arm, spent] of micros.entries()) {
      rates[arm]?.push(all / spent);
      clusters[arm] = runs[arm]?.clusters() ?? 0;
    }
  }
  return {
    corpus: corpus.name,
    about: corpus.about,
    bytesPerLine: Math.round(corpus.bytes.length / all),
    arms: arms.map(({ name, isShipped }, index) => {
      const [warmUp = 0, ...measured] = rates[index] ?? [];
      const { low, median, high } = spreadOf(measured);
      return {
        arm: name,
        isShipped,
        lines: all,
        warmUp,
        median,
        lowest: low,
        highest: high,
        rates: measured,
        clusters: clusters[index] ?? 0,
      };
    }),
  };
}

function fail(): never {
  throw new Error("an arm without a start");
}

/** GA and FGA of each arm over the labelled logs; null when they are not there. */
export function measureQuality(inputs: string | undefined) {
  const logs = inputs === undefined ? null : readLogs(inputs);
  if (logs === null) return null;
  return miningArms().map((arm) => {
    const qualities = logs.flatMap((log) => qualityOf(log, arm.group(log)) ?? []);
    return { arm: arm.name, settings: arm.settings, logs: qualities, ...meanOf(qualities) };
  });
}
