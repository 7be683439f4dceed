import { createByteMiner } from "../../src/core/log-templates/byte-miner.ts";
import { DEFAULT_MINER_LIMITS, type TemplateMiner } from "../../src/core/log-templates/template-miner.ts";
import { MINER_TUNING } from "../../src/core/log-templates/tuning.ts";
import { createModuleMiner } from "../../src/platform/log-scan/wasm/module-miner.ts";
import type { Corpus } from "../corpora/corpora.ts";
import { groupsOf, type LabelledLog } from "./mining-quality.ts";
import { createPlainDrain, type PlainDrain } from "./plain-drain.ts";
import { createReferenceDrain } from "./reference-drain.ts";

/** One run over a corpus, from nothing. */
export interface MiningRun {
  /** Mines messages `from` to `to` of the corpus; all of them in order, a slice at a time. */
  mine(from: number, to: number): void;
  clusters(): number;
}

/** One way to find templates. */
export interface MiningArm {
  readonly name: string;
  readonly settings: unknown;
  /** Whether it is a shipped way, and not what those are compared with. */
  readonly isShipped: boolean;
  /** Brings the messages into the form the arm reads; not measured. Each call of the result starts a run. */
  prepare(corpus: Corpus): () => MiningRun;
  /** Groups of the messages of a labelled log. */
  group(log: LabelledLog): readonly number[];
}

export const PLAIN_DRAIN = "plain Drain, strings";
export const REFERENCE_DRAIN = "Drain3 in TypeScript, strings";

/** The arms: a miner behind `TemplateMiner` is one call of `minerArm`. */
export function miningArms(): readonly MiningArm[] {
  return [
    minerArm("bytes, JavaScript", () => createByteMiner(), SETTINGS),
    moduleArm(),
    drainArm(PLAIN_DRAIN, createPlainDrain, {
      depth: 4,
      similarity: 0.4,
      maxChildren: 100,
      masks: "uuid ip hex time num, one RegExp each",
    }),
    drainArm(REFERENCE_DRAIN, createReferenceDrain, {
      depth: 4,
      similarity: 0.4,
      maxChildren: 100,
      masks: "its example's: id ip seq hex num cmd",
    }),
  ];
}

const SETTINGS = { ...DEFAULT_MINER_LIMITS, ...MINER_TUNING };

/** The same miner with what it remembers in WebAssembly: only messages that are new to it come back to JavaScript. */
function moduleArm(): MiningArm {
  return {
    name: "bytes, WebAssembly",
    isShipped: true,
    settings: SETTINGS,
    prepare:
      ({ bytes, starts }) =>
      () => {
        const { miner, module } = createModule();
        return {
          mine: (from, to) => module.addLines(0, { bytes, from: starts[from] ?? 0, to: starts[to] ?? 0 }, ignore),
          clusters: () => livingOf(miner),
        };
      },
    group({ bytes, ranges }) {
      const lines = Buffer.concat(ranges.flatMap(({ from, to }) => [bytes.subarray(from, to), NEWLINE]));
      const templates: number[] = [];
      const { miner, module } = createModule();
      module.addLines(0, { bytes: lines, from: 0, to: lines.length }, (found) => templates.push(...found));
      return templates.map((template) => miner.finalOf(template));
    },
  };
}

const NEWLINE = Buffer.from("\n");
const ignore = () => undefined;

function createModule() {
  const miner = createByteMiner();
  const module = createModuleMiner(miner);
  if (module === null) throw new Error("the module cannot share with this miner");
  return { miner, module };
}

export function minerArm(name: string, create: () => TemplateMiner, settings: unknown): MiningArm {
  return {
    name,
    isShipped: true,
    settings,
    prepare:
      ({ bytes, starts }) =>
      () => {
        const miner = create();
        return {
          mine(from, to) {
            for (let line = from; line < to; line++) {
              miner.add(0, bytes, starts[line] ?? 0, (starts[line + 1] ?? 0) - 1);
            }
          },
          clusters: () => livingOf(miner),
        };
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
function drainArm(name: string, create: () => PlainDrain, settings: unknown): MiningArm {
  const decoder = new TextDecoder();
  return {
    name,
    isShipped: false,
    settings,
    prepare({ bytes, starts }) {
      const texts = Array.from({ length: starts.length - 1 }, (_, line) =>
        decoder.decode(bytes.subarray(starts[line] ?? 0, (starts[line + 1] ?? 1) - 1)),
      );
      return () => {
        const drain = create();
        return {
          mine(from, to) {
            for (let line = from; line < to; line++) drain.add(texts[line] ?? "");
          },
          clusters: () => drain.size,
        };
      };
    },
    group({ bytes, ranges }) {
      const drain = create();
      return ranges.map(({ from, to }) => drain.add(decoder.decode(bytes.subarray(from, to))));
    },
  };
}
