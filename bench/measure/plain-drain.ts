/**
 * Drain as its paper describes it (He et al., ICWS 2017), written plainly: a line is masked with regular expressions, split
 * at spaces, led by its length and its first words to a leaf, and joins the most similar cluster there or opens one. What
 * the byte miner is compared with; depth, similarity and children are the paper's and its reference's settings.
 */
export interface PlainDrain {
  /** The cluster of a line, from 0. */
  add(line: string): number;
  readonly size: number;
}

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/(?<=[^A-Za-z0-9]|^)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=[^A-Za-z0-9]|$)/g, "<uuid>"],
  [/(?<=[^A-Za-z0-9]|^)\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?=[^A-Za-z0-9]|$)/g, "<ip>"],
  [/(?<=[^A-Za-z0-9]|^)0x[0-9a-fA-F]+(?=[^A-Za-z0-9]|$)/g, "<hex>"],
  [/(?<=[^A-Za-z0-9]|^)(?=[a-f]*\d)[0-9a-f]{8,}(?=[^A-Za-z0-9]|$)/g, "<hex>"],
  [/(?<=[^A-Za-z0-9]|^)\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?Z?)?(?=[^A-Za-z0-9]|$)/g, "<time>"],
  [/(?<=[^A-Za-z0-9]|^)[-+]?\d+(?:\.\d+)?(?=[^A-Za-z0-9]|$)/g, "<num>"],
];
const DEPTH = 4;
const SIMILARITY = 0.4;
const MAX_CHILDREN = 100;
const WILD = "<*>";

interface Cluster {
  readonly id: number;
  readonly words: string[];
}

interface Node {
  readonly children: Map<string, Node>;
  readonly clusters: Cluster[];
}

export function createPlainDrain(): PlainDrain {
  const root = new Map<number, Node>();
  let size = 0;

  function leafOf(words: readonly string[]): Node {
    let node = root.get(words.length);
    if (node === undefined) {
      node = newNode();
      root.set(words.length, node);
    }
    for (const word of words.slice(0, DEPTH - 2)) node = childOf(node, word);
    return node;
  }

  return {
    add(line) {
      const words = maskLine(line).split(/\s+/u).filter(Boolean);
      const leaf = leafOf(words);
      const known = mostSimilar(leaf.clusters, words);
      if (known !== null) {
        generalise(known.words, words);
        return known.id;
      }
      const cluster: Cluster = { id: size, words: [...words] };
      size += 1;
      leaf.clusters.push(cluster);
      return cluster.id;
    },
    get size() {
      return size;
    },
  };
}

export function maskLine(line: string): string {
  let masked = line;
  for (const [pattern, mark] of MASKS) masked = masked.replace(pattern, mark);
  return masked;
}

function newNode(): Node {
  return { children: new Map(), clusters: [] };
}

/** Words with digits, and words beyond the limit of children, share one child. */
function childOf(node: Node, word: string): Node {
  const known = node.children.get(word);
  if (known !== undefined) return known;
  const key = /\d/u.test(word) || node.children.size >= MAX_CHILDREN - 1 ? WILD : word;
  let child = node.children.get(key);
  if (child === undefined) {
    child = newNode();
    node.children.set(key, child);
  }
  return child;
}

function mostSimilar(clusters: readonly Cluster[], words: readonly string[]): Cluster | null {
  let best: Cluster | null = null;
  let bestSimilarity = -1;
  let bestWild = -1;
  for (const cluster of clusters) {
    let same = 0;
    let wild = 0;
    for (const [at, word] of cluster.words.entries()) {
      if (word === WILD) wild += 1;
      else if (word === words[at]) same += 1;
    }
    const similarity = words.length === 0 ? 1 : same / words.length;
    if (similarity > bestSimilarity || (similarity === bestSimilarity && wild > bestWild)) {
      best = cluster;
      bestSimilarity = similarity;
      bestWild = wild;
    }
  }
  return bestSimilarity >= SIMILARITY ? best : null;
}

function generalise(known: string[], words: readonly string[]): void {
  for (const [at, word] of words.entries()) if (known[at] !== word) known[at] = WILD;
}
