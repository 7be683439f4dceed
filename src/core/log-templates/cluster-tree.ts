import type { Clusters } from "./clusters.ts";
import { createIntTable } from "./int-table.ts";
import type { ShapedLine } from "./shape-line.ts";
import { VARIABLE } from "./token-traits.ts";
import type { MinerTuning } from "./tuning.ts";

interface Leaf {
  clusters: number[];
  /** Columns from here on differ inside the leaf: 1 when the leaf is named by its first word. */
  readonly freeFrom: number;
  /** The cluster for what resembles nothing once the leaf is full. */
  rest: number;
  /** First words that have a leaf of their own; counted by the leaf without one. */
  firstWords: number;
}

/** Leaves by group, number of columns and first word. */
interface Leaves {
  /** The leaf of the message: that of its first column when that is no variable, else the one all others share; null when there is none and no room for one. */
  of(group: number, line: ShapedLine): Leaf | null;
}

/** What a tree tells of itself, and its limits beside those of its clusters. */
export interface TreeRoom {
  readonly maxLeaves: number;
  /** Called when messages of the group that start with this word get a leaf of their own. */
  readonly onFirstWord: (group: number, hashA: number) => void;
}

function createLeaves(maxFirstWords: number, { maxLeaves, onFirstWord }: TreeRoom): Leaves {
  const leaves: Leaf[] = [];
  const byPlace = createIntTable();

  function leafAt(group: number, columns: number, [a, b]: readonly [number, number]): Leaf | null {
    const known = leaves[byPlace.get(group, columns, a, b)];
    if (known !== undefined) return known;
    if (leaves.length >= maxLeaves) return null;
    const leaf: Leaf = { clusters: [], freeFrom: a === 0 && b === 0 ? 0 : 1, rest: -1, firstWords: 0 };
    byPlace.add([group, columns, a, b], leaves.push(leaf) - 1);
    return leaf;
  }

  return {
    of(group, line) {
      const a = line.hashA[0] ?? 0;
      const b = line.hashB[0] ?? 0;
      if (line.columns === 0 || line.kind[0] === VARIABLE) return leafAt(group, line.columns, [0, 0]);
      const known = leaves[byPlace.get(group, line.columns, a, b)];
      if (known !== undefined) return known;
      const shared = leafAt(group, line.columns, [0, 0]);
      if (shared === null || shared.firstWords >= maxFirstWords) return shared;
      shared.firstWords += 1;
      onFirstWord(group, a);
      return leafAt(group, line.columns, [a, b]) ?? shared;
    },
  };
}

/** Leads a message to the cluster it belongs to: by its group, its number of columns and its first word, then by distance. */
export interface ClusterTree {
  /** The cluster the message belongs to, opened when it deserves one; -1 when there is none and none may be opened. */
  clusterFor(group: number, line: ShapedLine, full: boolean): number;
  /** Takes the clusters that `wide`, the cluster of the message, has come to cover out of their leaf. */
  absorb(group: number, line: ShapedLine, wide: number): readonly number[];
}

export function createClusterTree(clusters: Clusters, tuning: MinerTuning, room: TreeRoom): ClusterTree {
  const { agreement, agreementWhenFull, maxClustersPerLeaf, maxFirstWords } = tuning;
  const leaves = createLeaves(maxFirstWords, room);

  function nearest(leaf: Leaf, line: ShapedLine, limit: number): number {
    let best = -1;
    let least = limit + 1;
    for (const cluster of leaf.clusters) {
      const distance = clusters.distance(cluster, line, least - 1);
      if (distance >= least) continue;
      best = cluster;
      least = distance;
      if (distance <= clusters.varying(cluster)) break;
    }
    return best;
  }

  function openRest(leaf: Leaf, line: ShapedLine): number {
    if (leaf.rest === -1) leaf.rest = clusters.open(line, leaf.freeFrom);
    return leaf.rest;
  }

  return {
    clusterFor(group, line, full) {
      const leaf = leaves.of(group, line);
      if (leaf === null) return -1;
      const near = nearest(leaf, line, Math.floor(2 * line.literals * (1 - agreement)));
      if (near !== -1) return near;
      if (!full && leaf.clusters.length < maxClustersPerLeaf) {
        const opened = clusters.open(line, line.columns);
        if (opened !== -1) leaf.clusters.push(opened);
        if (opened !== -1) return opened;
      }
      const loose = nearest(leaf, line, Math.floor(2 * line.literals * (1 - agreementWhenFull)));
      if (loose !== -1) return loose;
      return full ? leaf.rest : openRest(leaf, line);
    },
    absorb(group, line, wide) {
      const leaf = leaves.of(group, line);
      if (leaf === null || wide === leaf.rest) return [];
      const covered = leaf.clusters.filter((each) => each !== wide && clusters.covers(wide, each));
      if (covered.length > 0) leaf.clusters = leaf.clusters.filter((each) => !covered.includes(each));
      return covered;
    },
  };
}
