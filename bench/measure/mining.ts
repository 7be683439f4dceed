import { type Corpus, type CorpusName, createCorpus } from "../corpora/corpora.ts";
import { type MiningArm, miningArms } from "./mining-arms.ts";
import { meanOf, qualityOf, readLogs } from "./mining-quality.ts";

export interface MiningFigures {
  readonly corpus: CorpusName;
  readonly about: string;
  readonly bytesPerLine: number;
  readonly arms: readonly ArmFigures[];
}

/** Lines per CPU-second of this process, in millions. */
export interface ArmFigures {
  readonly arm: string;
  readonly lines: number;
  readonly warmUp: number;
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly clusters: number;
}

export interface MiningOptions {
  readonly lines: number;
  readonly rounds: number;
  readonly corpora: readonly CorpusName[];
}

/** All arms over each corpus, one after the other in every round; the first round is kept apart as warm-up. */
export function measureMining({ lines, rounds, corpora }: MiningOptions): readonly MiningFigures[] {
  const arms = miningArms();
  return corpora.map((name) => {
    const corpus = createCorpus(name, name === "long" ? Math.ceil(lines / 10) : lines);
    return measureCorpus(corpus, arms, rounds);
  });
}

function measureCorpus(corpus: Corpus, arms: readonly MiningArm[], rounds: number): MiningFigures {
  const all = corpus.starts.length - 1;
  const runs = arms.map((arm) => {
    return { arm, run: arm.prepare(corpus), rates: new Array<number>(), clusters: 0 };
  });
  for (let round = 0; round <= rounds; round++) {
    for (const each of runs) {
      const before = process.cpuUsage();
      each.clusters = each.run().clusters;
      const { user, system } = process.cpuUsage(before);
      each.rates.push(all / (user + system));
    }
  }
  return {
    corpus: corpus.name,
    about: corpus.about,
    bytesPerLine: Math.round(corpus.bytes.length / all),
    arms: runs.map(({ arm, rates, clusters }) => {
      const [warmUp = 0, ...measured] = rates;
      const sorted = measured.toSorted((a, b) => a - b);
      return {
        arm: arm.name,
        lines: all,
        warmUp,
        median: sorted[Math.floor(sorted.length / 2)] ?? 0,
        lowest: sorted[0] ?? 0,
        highest: sorted.at(-1) ?? 0,
        clusters,
      };
    }),
  };
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
