import { createPatternTable } from "./pattern-table.ts";
import { createScannedLine, type ScannedLine, scanLine } from "./scan-line.ts";
import { createLineShaper } from "./shape-line.ts";
import { createSignatureCache } from "./signature-cache.ts";
import { DEFAULT_MINER_LIMITS, type MinerLimits, type TemplateMiner } from "./template-miner.ts";
import { createTemplateSearch } from "./template-search.ts";
import { MINER_TUNING, type MinerTuning } from "./tuning.ts";

/** Signatures remembered; more of them would leave the processor's cache. */
const CACHE_SLOTS = 1 << 14;
const MAX_GROUP = 65_535;

/** What a miner remembers of messages, see `signature-cache.ts`, `pattern-table.ts` and `token-traits.ts`, and the message at hand. */
export interface RememberedTables {
  readonly signatures: Int32Array;
  readonly patterns: Int32Array;
  readonly firstWords: Int32Array;
  readonly traits: Int32Array;
  /** The tokens of a message as `scanLine` leaves them, with room for one more than the miner looks at. */
  readonly tokens: Pick<ScannedLine, "hashA" | "hashB" | "from" | "to" | "shape">;
  /** How many tokens it has, and both halves of its signature. */
  readonly signed: Int32Array;
}

/** What another implementation of the way of remembered messages needs of a miner, to give what the miner would give. */
export interface RememberedWay {
  readonly limits: MinerLimits;
  /** Moves what is remembered to memory that both read; false when a table has not the size, or when it was moved before. */
  moveTo(tables: RememberedTables): boolean;
  /** What `add` does for the message whose tokens stand in the tables, when neither signature nor pattern was found; their bytes are these. */
  place(group: number, bytes: Uint8Array): number;
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

  function searchFor(group: number, bytes: Uint8Array): number {
    const template = search.place(group, bytes);
    cache.keep(group, scanned, template);
    return store.countOne(template);
  }

  const miner: TemplateMiner = {
    // oxlint-disable-next-line max-params -- called for every message: an object per call costs more than the search
    add(group, bytes, from, to) {
      if (!isGroup(group) || !(from >= 0 && from <= to && to <= bytes.length)) {
        reject(group, bytes, { from, to });
      }
      scanLine(scanned, bytes, from, Math.min(to, from + limits.maxMessageBytes));
      const kept = cache.find(group, scanned.signatureA, scanned.signatureB);
      if (kept !== -1) return store.countOne(kept);
      const fitting = patterns.find(group, scanned, bytes);
      return fitting === -1 ? searchFor(group, bytes) : store.countOne(fitting);
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
  let signed: Int32Array | null = null;
  ways.set(miner, {
    limits,
    moveTo(tables) {
      if (signed !== null || tables.tokens.hashA.length !== scanned.hashA.length) return false;
      ({ signed } = tables);
      Object.assign(scanned, tables.tokens);
      const { signatures, patterns: lines, firstWords, traits } = tables;
      return cache.moveTo(signatures) && patterns.moveTo(lines, firstWords) && shaper.moveTraits(traits);
    },
    place(group, bytes) {
      if (signed === null) throw new Error("the tables of this miner were not moved: nothing can be placed from them");
      if (!isGroup(group)) reject(group, bytes, { from: 0, to: 0 });
      takeSigned(scanned, signed);
      return searchFor(group, bytes);
    },
    finalOf: (template) => store.finalOf(template),
    countMany: (template, messages) => store.countMany(template, messages),
    get joins() {
      return store.joins;
    },
  });
  return miner;
}

function takeSigned(scanned: ScannedLine, signed: Int32Array): void {
  scanned.tokens = signed[0] ?? 0;
  scanned.signatureA = signed[1] ?? 0;
  scanned.signatureB = signed[2] ?? 0;
}

function isGroup(group: number): boolean {
  return (group | 0) === group && group >= 0 && group <= MAX_GROUP;
}

function reject(group: number, bytes: Uint8Array, { from, to }: { from: number; to: number }): never {
  throw new RangeError(
    `a message needs a group from 0 to ${MAX_GROUP} and a range inside of its bytes: got group ${group} and ${from} to ${to} of ${bytes.length}`,
  );
}
