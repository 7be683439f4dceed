import { joinSafe, type Safe, safe, sliceSafe } from "../safe.ts";

/** One masked line and the group it may be compared in: lines of different groups never share a template. */
export interface MaskedLine {
  readonly group: string;
  readonly text: Safe;
}

/** Lines that say the same thing. `lines` are positions in the input, ascending. */
export interface Template {
  readonly group: string;
  readonly text: Safe;
  readonly lines: readonly number[];
}

/** Two lines are one template when this share of their words agrees; chosen in published comparisons of such miners. */
const SIMILAR = 0.7;
/** Once a leaf is full, a line joins its best neighbour from here on: adversarial input may cost accuracy, never time. */
const SIMILAR_WHEN_FULL = 0.4;
const MAX_PER_LEAF = 32;
const MAX_PER_GROUP = 500;
const MAX_WORDS = 60;
const WILD = safe`<*>`;
const OTHER = safe`(other lines)`;

interface Cluster {
  readonly group: string;
  readonly words: Safe[];
  readonly lines: number[];
}

interface Leaf {
  readonly clusters: Cluster[];
  /** Masked text → cluster: almost every line is an exact repeat. */
  readonly exact: Map<string, Cluster>;
}

/** Groups masked lines into templates, in the order given; the caller sorts by time and id, so that arrival order cannot matter. */
export function mineTemplates(lines: readonly MaskedLine[]): readonly Template[] {
  const leaves = new Map<string, Leaf>();
  const perGroup = new Map<string, number>();
  const all: Cluster[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index];
    if (line === undefined) continue;
    const words = wordsOf(line.text);
    const size = perGroup.get(line.group) ?? 0;
    const leaf = leafOf(leaves, line.group, words);
    const isFull = size >= MAX_PER_GROUP;
    const known = leaf.exact.get(line.text) ?? join(leaf, words, isFull);
    const cluster =
      known ?? (isFull ? overflowOf(leaves, line.group) : open(leaf, { group: line.group, words, lines: [] }));
    if (cluster.lines.length === 0) {
      all.push(cluster);
      perGroup.set(line.group, size + 1);
    }
    if (leaf.exact.size < 4096) leaf.exact.set(line.text, cluster);
    cluster.lines.push(index);
  }
  return all.map(({ group, words, lines: found }) => ({ group, text: joinSafe(words, " "), lines: found }));
}

function wordsOf(text: Safe): Safe[] {
  const words: Safe[] = [];
  let from = -1;
  for (let at = 0; at <= text.length && words.length < MAX_WORDS; at++) {
    const isSpace = at === text.length || text.charCodeAt(at) <= 32;
    if (isSpace && from !== -1) {
      words.push(sliceSafe(text, from, at));
      from = -1;
    } else if (!isSpace && from === -1) from = at;
  }
  return words;
}

function leafOf(leaves: Map<string, Leaf>, group: string, words: readonly Safe[]): Leaf {
  const first = words[0] ?? "";
  const key = `${group}\u0000${words.length}\u0000${first.includes("<") ? "" : first}`;
  let leaf = leaves.get(key);
  if (leaf === undefined) {
    leaf = { clusters: [], exact: new Map() };
    leaves.set(key, leaf);
  }
  return leaf;
}

/** Where the lines of a full group go that resemble nothing known: one cluster. */
function overflowOf(leaves: Map<string, Leaf>, group: string): Cluster {
  const leaf = leafOf(leaves, group, [OTHER]);
  return leaf.clusters[0] ?? open(leaf, { group, words: [OTHER], lines: [] });
}

/** The cluster of this leaf that the line belongs to; null when it deserves a new one. */
function join(leaf: Leaf, words: readonly Safe[], groupIsFull: boolean): Cluster | null {
  let best: Cluster | null = null;
  let bestShare = -1;
  for (const cluster of leaf.clusters) {
    const share = agreement(cluster.words, words);
    if (share > bestShare) [best, bestShare] = [cluster, share];
  }
  if (best === null) return null;
  const isFull = groupIsFull || leaf.clusters.length >= MAX_PER_LEAF;
  if (bestShare < (isFull ? SIMILAR_WHEN_FULL : SIMILAR)) {
    if (!isFull) return null;
    best = leaf.clusters.at(-1) ?? best;
    best.words.splice(0, best.words.length, OTHER);
    return best;
  }
  for (let at = 0; at < best.words.length; at++) {
    if (best.words[at] !== words[at]) best.words[at] = WILD;
  }
  return best;
}

function agreement(known: readonly Safe[], words: readonly Safe[]): number {
  if (known.length !== words.length) return 0;
  let same = 0;
  for (let at = 0; at < words.length; at++) {
    if (known[at] === words[at]) same += 1;
  }
  return words.length === 0 ? 1 : same / words.length;
}

function open(leaf: Leaf, cluster: Cluster): Cluster {
  leaf.clusters.push(cluster);
  return cluster;
}
