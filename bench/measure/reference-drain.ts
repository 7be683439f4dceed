import type { PlainDrain } from "./plain-drain.ts";

/**
 * Drain as its Python reference (Drain3 0.9.11) runs it, in TypeScript: one word leads to a leaf at its depth of 4, clusters
 * are kept by number, a line that joins one gets a new template, and every line is answered with what became of it, the
 * template's text included. Masks are those of its example configuration; parameters are not extracted.
 */
export interface ReferenceDrain extends PlainDrain {
  /** What became of the line. */
  addMessage(line: string): DrainAnswer;
}

export interface DrainAnswer {
  readonly change: "created" | "changed" | "none";
  readonly cluster: number;
  readonly clusterSize: number;
  readonly template: string;
  readonly clusters: number;
}

const EDGE = "(?<=[^A-Za-z0-9]|^)";
const END = "(?=[^A-Za-z0-9]|$)";
/** Ids of hexadecimal pairs, addresses, two kinds of hexadecimal sequences, hexadecimal and decimal numbers, commands. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`${EDGE}(?:[0-9a-f]{2,}:){3,}[0-9a-f]{2,}${END}`, "g"), "<ID>"],
  [new RegExp(`${EDGE}\\d{1,3}(?:\\.\\d{1,3}){3}${END}`, "g"), "<IP>"],
  [new RegExp(`${EDGE}(?:[0-9a-f]{6,} ?){3,}${END}`, "g"), "<SEQ>"],
  [new RegExp(`${EDGE}(?:[0-9A-F]{4} ?){4,}${END}`, "g"), "<SEQ>"],
  [new RegExp(`${EDGE}0x[a-f0-9A-F]+${END}`, "g"), "<HEX>"],
  [new RegExp(`${EDGE}[-+]?\\d+${END}`, "g"), "<NUM>"],
  [/(?<=executed cmd )".+?"/g, "<CMD>"],
];
/** Words before this place lead to a leaf: depth 4 is the root, the length, one word, the leaf. */
const LEAF_AT = 2;
const SIMILARITY = 0.4;
const MAX_CHILDREN = 100;
const WILD = "<*>";

interface Cluster {
  readonly id: number;
  words: readonly string[];
  size: number;
}

interface Node {
  readonly children: Map<string, Node>;
  readonly clusters: number[];
}

const newNode = (): Node => ({ children: new Map(), clusters: [] });

export function createReferenceDrain(): ReferenceDrain {
  return new Drain();
}

class Drain implements ReferenceDrain {
  readonly #root = newNode();
  readonly #clusters = new Map<number, Cluster>();

  get size(): number {
    return this.#clusters.size;
  }

  add(line: string): number {
    return this.addMessage(line).cluster;
  }

  addMessage(line: string): DrainAnswer {
    const words = wordsOf(line);
    const known = this.#find(words);
    if (known === null) {
      const opened = { id: this.#clusters.size, words, size: 1 };
      this.#clusters.set(opened.id, opened);
      this.#leafFor(words).clusters.push(opened.id);
      return this.#answer("created", opened);
    }
    const template = known.words.map((word, at) => (word === words[at] ? word : WILD));
    const isSame = template.every((word, at) => word === known.words[at]);
    known.words = template;
    known.size += 1;
    return this.#answer(isSame ? "none" : "changed", known);
  }

  #answer(change: DrainAnswer["change"], { id, size, words }: Cluster): DrainAnswer {
    return { change, cluster: id, clusterSize: size, template: words.join(" "), clusters: this.#clusters.size };
  }

  #find(words: readonly string[]): Cluster | null {
    let node = this.#root.children.get(String(words.length));
    for (let at = 1; at < LEAF_AT && at < words.length && node !== undefined; at++) {
      node = node.children.get(words[at - 1] ?? "") ?? node.children.get(WILD);
    }
    return node === undefined ? null : this.#mostSimilar(node, words);
  }

  #mostSimilar(leaf: Node, words: readonly string[]): Cluster | null {
    let best: Cluster | null = null;
    let bestSimilarity = -1;
    let bestWild = -1;
    for (const id of leaf.clusters) {
      const cluster = this.#clusters.get(id);
      if (cluster === undefined) continue;
      const { similarity, wild } = compare(cluster.words, words);
      if (similarity < bestSimilarity || (similarity === bestSimilarity && wild <= bestWild)) continue;
      best = cluster;
      bestSimilarity = similarity;
      bestWild = wild;
    }
    return bestSimilarity >= SIMILARITY ? best : null;
  }

  /** The leaf of a new cluster; opens what is missing on the way. */
  #leafFor(words: readonly string[]): Node {
    let node = childAt(this.#root, String(words.length));
    for (let at = 1; at < LEAF_AT && at < words.length; at++) {
      node = childAt(node, keyFor(node, words[at - 1] ?? ""));
    }
    return node;
  }
}

function wordsOf(line: string): readonly string[] {
  let masked = line;
  for (const [pattern, mark] of MASKS) masked = masked.replace(pattern, mark);
  const trimmed = masked.trim();
  return trimmed === "" ? [] : trimmed.split(/\s+/u);
}

function compare(known: readonly string[], words: readonly string[]): { similarity: number; wild: number } {
  let same = 0;
  let wild = 0;
  for (let at = 0; at < known.length; at++) {
    if (known[at] === WILD) wild += 1;
    else if (known[at] === words[at]) same += 1;
  }
  return { similarity: words.length === 0 ? 1 : same / words.length, wild };
}

function childAt(node: Node, key: string): Node {
  const known = node.children.get(key);
  if (known !== undefined) return known;
  const child = newNode();
  node.children.set(key, child);
  return child;
}

/** Words with digits, and those beyond the limit of children, share one child. */
function keyFor({ children }: Node, word: string): string {
  if (children.has(word)) return word;
  const room = children.has(WILD) ? MAX_CHILDREN : MAX_CHILDREN - 1;
  return /\d/u.test(word) || children.size >= room ? WILD : word;
}
