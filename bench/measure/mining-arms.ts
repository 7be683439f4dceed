import { createByteMiner } from "../../src/core/log-templates/byte-miner.ts";
import { DEFAULT_MINER_LIMITS, type TemplateMiner } from "../../src/core/log-templates/template-miner.ts";
import { MINER_TUNING } from "../../src/core/log-templates/tuning.ts";
import { createModuleMiner } from "../../src/platform/log-scan/wasm/module-miner.ts";
import type { Corpus } from "../corpora/corpora.ts";
import { groupsOf, type LabelledLog } from "./mining-quality.ts";
import { createPlainDrain } from "./plain-drain.ts";

/** What one run over a corpus found. */
export interface Mined {
  readonly clusters: number;
}

/** One way to find templates. */
export interface MiningArm {
  readonly name: string;
  readonly settings: unknown;
  /** Brings the messages into the form the arm reads; not measured. Each call of the result mines them from nothing. */
  prepare(corpus: Corpus): () => Mined;
  /** Groups of the messages of a labelled log. */
  group(log: LabelledLog): readonly number[];
}

/** The arms: a miner behind `TemplateMiner` is one call of `minerArm`. */
export function miningArms(): readonly MiningArm[] {
  return [minerArm("bytes, JavaScript", () => createByteMiner(), SETTINGS), moduleArm(), plainArm()];
}

const SETTINGS = { ...DEFAULT_MINER_LIMITS, ...MINER_TUNING };

/** The same miner with what it remembers in WebAssembly: only messages that are new to it come back to JavaScript. */
function moduleArm(): MiningArm {
  return {
    name: "bytes, WebAssembly",
    settings: SETTINGS,
    prepare:
      ({ bytes }) =>
      () => ({ clusters: livingOf(mineWithModule(bytes, () => undefined)) }),
    group({ bytes, ranges }) {
      const lines = Buffer.concat(ranges.flatMap(({ from, to }) => [bytes.subarray(from, to), NEWLINE]));
      const templates: number[] = [];
      const miner = mineWithModule(lines, (found) => templates.push(...found));
      return templates.map((template) => miner.finalOf(template));
    },
  };
}

const NEWLINE = Buffer.from("\n");

function mineWithModule(bytes: Uint8Array, take: (templates: Int32Array) => void): TemplateMiner {
  const miner = createByteMiner();
  const module = createModuleMiner(miner);
  if (module === null) throw new Error("the module cannot share with this miner");
  module.addLines(0, { bytes, from: 0, to: bytes.length }, take);
  return miner;
}

export function minerArm(name: string, create: () => TemplateMiner, settings: unknown): MiningArm {
  return {
    name,
    settings,
    prepare: (corpus) => () => {
      const miner = create();
      const { bytes, starts } = corpus;
      for (let line = 0; line + 1 < starts.length; line++) {
        miner.add(0, bytes, starts[line] ?? 0, (starts[line + 1] ?? 0) - 1);
      }
      return { clusters: livingOf(miner) };
    },
    group: (log) => groupsOf(log, create()).groups,
  };
}

export function livingOf(miner: TemplateMiner): number {
  let living = 0;
  for (let template = 0; template < miner.size; template++) if (miner.finalOf(template) === template) living += 1;
  return living;
}

/** The strings are made beforehand: a plain program would have them from its JSON parser. */
function plainArm(): MiningArm {
  return {
    name: "plain Drain, strings",
    settings: { depth: 4, similarity: 0.4, maxChildren: 100, masks: "uuid ip hex time num, one RegExp each" },
    prepare(corpus) {
      const decoder = new TextDecoder();
      const texts = Array.from({ length: corpus.starts.length - 1 }, (_, line) =>
        decoder.decode(corpus.bytes.subarray(corpus.starts[line] ?? 0, (corpus.starts[line + 1] ?? 1) - 1)),
      );
      return () => {
        const drain = createPlainDrain();
        for (const text of texts) drain.add(text);
        return { clusters: drain.size };
      };
    },
    group(log) {
      const decoder = new TextDecoder();
      const drain = createPlainDrain();
      return log.ranges.map(({ from, to }) => drain.add(decoder.decode(log.bytes.subarray(from, to))));
    },
  };
}
