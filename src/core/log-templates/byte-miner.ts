import { createPatternTable, MAX_PATTERN_TOKENS } from "./pattern-table.ts";
import { createScannedLine, scanLine } from "./scan-line.ts";
import { createLineShaper } from "./shape-line.ts";
import { createSignatureCache } from "./signature-cache.ts";
import { DEFAULT_MINER_LIMITS, type MinerLimits, type TemplateMiner } from "./template-miner.ts";
import { createTemplateSearch } from "./template-search.ts";
import { MINER_TUNING, type MinerTuning } from "./tuning.ts";

/** Signatures remembered; more of them would leave the processor's cache. */
const CACHE_SLOTS = 1 << 14;
const MAX_GROUP = 65_535;

/** What a miner remembers of messages, see `signature-cache.ts`, `pattern-table.ts` and `token-traits.ts`. */
export interface RememberedTables {
  readonly signatures: Int32Array;
  readonly patterns: Int32Array;
  readonly traits: Int32Array;
}

/** What another implementation of the way of remembered messages needs of a miner, to give what the miner would give. */
export interface RememberedWay {
  readonly limits: MinerLimits;
  /** Moves what is remembered to memory that both read; false when a table has not the size, or when it was moved before. */
  moveTo(tables: RememberedTables): boolean;
  finalOf(template: number): number;
  /** Counts messages whose signature was found. */
  countMany(template: number, messages: number): void;
  /** How many templates were joined with another: while it stays the same, so does each `finalOf`. */
  readonly joins: number;
}

const ways = new WeakMap<TemplateMiner, RememberedWay>();

/** Null for a miner that was not made by `createByteMiner`. */
export function rememberedWayOf(miner: TemplateMiner): RememberedWay | null {
  return ways.get(miner) ?? null;
}

/**
 * The miner in plain JavaScript. A message costs one pass over its bytes; when its signature is not remembered, a look at
 * known patterns, and only then a search. `tuning` is for measurements: other settings find other templates.
 */
export function createByteMiner(
  limits: MinerLimits = DEFAULT_MINER_LIMITS,
  tuning: MinerTuning = MINER_TUNING,
): TemplateMiner {
  const scanned = createScannedLine(limits.maxTokens);
  const shaper = createLineShaper(limits.maxTokens);
  const cache = createSignatureCache(CACHE_SLOTS);
  const patterns = createPatternTable(shaper);
  const search = createTemplateSearch({ limits, tuning, scanned, shaper, patterns });
  const { store } = search;

  const miner: TemplateMiner = {
    // oxlint-disable-next-line max-params -- called for every message: an object per call costs more than the search
    add(group, bytes, from, to) {
      if ((group | 0) !== group || group < 0 || group > MAX_GROUP || !(from >= 0 && from <= to && to <= bytes.length)) {
        reject(group, bytes, { from, to });
      }
      scanLine(scanned, bytes, from, Math.min(to, from + limits.maxMessageBytes));
      const kept = cache.find(group, scanned.signatureA, scanned.signatureB);
      if (kept !== -1) return store.countOne(kept);
      const fitting = scanned.tokens <= MAX_PATTERN_TOKENS ? patterns.find(group, scanned, bytes) : -1;
      if (fitting !== -1) return store.countOne(fitting);
      const template = search.place(group, bytes);
      cache.keep(group, scanned, template);
      return store.countOne(template);
    },
    get size() {
      return store.size;
    },
    finalOf: (template) => store.finalOf(template),
    textOf: (template) => store.textOf(template),
    groupOf: (template) => store.groupOf(template),
    keyOf: (template) => store.keyOf(template),
    countOf: (template) => store.countOf(template),
  };
  let isMoved = false;
  ways.set(miner, {
    limits,
    moveTo: ({ signatures, patterns: lines, traits }) => {
      if (isMoved) return false;
      isMoved = true;
      return cache.moveTo(signatures) && patterns.moveTo(lines) && shaper.moveTraits(traits);
    },
    finalOf: (template) => store.finalOf(template),
    countMany: (template, messages) => store.countMany(template, messages),
    get joins() {
      return store.joins;
    },
  });
  return miner;
}

function reject(group: number, bytes: Uint8Array, { from, to }: { from: number; to: number }): never {
  throw new RangeError(
    `a message needs a group from 0 to ${MAX_GROUP} and a range inside of its bytes: got group ${group} and ${from} to ${to} of ${bytes.length}`,
  );
}
