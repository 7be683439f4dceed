import { createClusterTree } from "./cluster-tree.ts";
import { type Clusters, createClusters } from "./clusters.ts";
import { MAX_PATTERN_TOKENS, type PatternTable } from "./pattern-table.ts";
import type { ScannedLine } from "./scan-line.ts";
import type { LineShaper } from "./shape-line.ts";
import type { MinerLimits } from "./template-miner.ts";
import { createTemplateStore, type TemplateStore } from "./template-store.ts";
import { wordsOf } from "./template-words.ts";
import type { MinerTuning } from "./tuning.ts";

interface Parts {
  readonly limits: MinerLimits;
  readonly tuning: MinerTuning;
  /** The message at hand. */
  readonly scanned: ScannedLine;
  readonly shaper: LineShaper;
  readonly patterns: PatternTable;
}

/** The way of a message that is not remembered: columns, cluster, template; opened when it deserves them and there is room. */
export interface TemplateSearch {
  readonly store: TemplateStore;
  /** The template of the scanned message, whose bytes these are. */
  place(group: number, bytes: Uint8Array): number;
}

export function createTemplateSearch(parts: Parts): TemplateSearch {
  const { limits, tuning, scanned, shaper, patterns } = parts;
  const clusters = createClusters(tuning);
  const store = createTemplateStore(clusters, limits.maxTokens);
  const tree = createClusterTree(clusters, tuning, {
    maxLeaves: limits.maxTemplates,
    onFirstWord: (group, hashA) => patterns.nameFirst(group, hashA),
  });
  const placesOfAnyWord = placesFor(parts, clusters);
  const livingOfGroup: number[] = [];
  const restOfGroup: number[] = [];

  const isFull = (group: number) =>
    store.size >= limits.maxTemplates || (livingOfGroup[group] ?? 0) >= limits.maxTemplatesPerGroup;

  function restOf(group: number): number {
    let rest = restOfGroup[group];
    if (rest === undefined) {
      rest = store.openRest(group);
      restOfGroup[group] = rest;
    }
    return rest;
  }

  /** Makes places of the cluster variables until one of its templates is that of the message. */
  function widenUntilFound(group: number, cluster: number): number {
    while (store.find(cluster, shaper.line) === -1 && clusters.widen(cluster)) rejoin(group, cluster);
    return store.find(cluster, shaper.line);
  }

  function rejoin(group: number, cluster: number): void {
    livingOfGroup[group] = (livingOfGroup[group] ?? 0) - store.rejoin(cluster);
  }

  function place(group: number, bytes: Uint8Array): number {
    shaper.shape(scanned, bytes);
    const { line } = shaper;
    const full = isFull(group);
    const cluster = tree.clusterFor(group, line, full);
    if (cluster === -1) return restOf(group);
    const seen = store.findKnown(cluster, line);
    if (seen !== -1) {
      const anyWord = placesOfAnyWord(cluster, bytes);
      if (anyWord !== null) patterns.keep(group, scanned, { anyWord, template: seen });
      return seen;
    }
    if (clusters.learn(cluster, line)) {
      for (const narrower of tree.absorb(group, line, cluster)) store.move(narrower, cluster);
      rejoin(group, cluster);
    }
    const known = store.find(cluster, line);
    if (known !== -1) return known;
    if (full || store.livingOf(cluster) >= tuning.maxTemplatesPerCluster) {
      const widened = widenUntilFound(group, cluster);
      if (widened !== -1 || full) return widened === -1 ? restOf(group) : widened;
    }
    const opened = store.open({ group, cluster }, line, wordsOf(line, scanned, bytes));
    if (opened === -1) return restOf(group);
    livingOfGroup[group] = (livingOfGroup[group] ?? 0) + 1;
    return opened;
  }

  return { store, place };
}

/** Where the cluster of the message takes any word and a word or name stands by itself: bit i for token i, in words of 32; null when there is no such place. */
function placesFor({ scanned, shaper }: Parts, clusters: Clusters) {
  const anyWord = new Int32Array(Math.ceil(MAX_PATTERN_TOKENS / 32));
  return (cluster: number, bytes: Uint8Array): Int32Array | null => {
    if (scanned.tokens > MAX_PATTERN_TOKENS || clusters.varying(cluster) === 0) return null;
    const { line } = shaper;
    let places = 0;
    anyWord.fill(0);
    for (let column = 0; column < line.columns; column++) {
      const token = line.firstToken[column] ?? 0;
      if (!clusters.isVariable(cluster, column) || !shaper.standsAlone(scanned, bytes, token)) continue;
      anyWord[token >> 5] = (anyWord[token >> 5] ?? 0) | (1 << (token & 31));
      places += 1;
    }
    return places === 0 ? null : anyWord;
  };
}
