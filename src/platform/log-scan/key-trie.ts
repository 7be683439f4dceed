import { FIELD_NAMES } from "./field-names.ts";

/**
 * Recognises the names of needed fields byte by byte. A node stands for what has been read of a dotted path with its
 * separators left out, so "service_name", "serviceName" and {"service":{"name"}} end at the same node. Nodes are kept
 * as offsets of their row in `next`, which saves a multiplication per byte.
 */
export interface KeyTrie {
  /** Classes of key bytes: below `KEY_STOP` the column in `next`. */
  readonly classes: Uint8Array;
  readonly next: Uint16Array;
  /** By node number: 0, or 1 + field * 16 + rank of the name within the field. */
  readonly fields: Uint8Array;
  /** The node after "kind", which marks what is no log line. */
  readonly kindNode: number;
}

/** The node of every name that cannot become one we need; it leads to itself. */
export const DEAD = 0;
export const ROOT = 64;
/** Bits to shift a node by to get its number. */
export const NODE_SHIFT = 6;
/** Classes from here on end the walk: the closing quote, or a byte that sends the line to the slow path. */
export const KEY_STOP = 40;
export const KEY_END = 41;

const SEPARATOR = 38;
const OTHER = 39;
const SEPARATORS = "._@- /";

/** Builds the tables from the names of the fields. */
export function createKeyTrie(): KeyTrie {
  const trie = { classes: keyClasses(), next: new Uint16Array(ROOT * 1000), fields: new Uint8Array(1000), nodes: 1 };
  addNode(trie);
  Object.values(FIELD_NAMES).forEach((names, field) => {
    names.forEach((name, rank) => {
      const node = addName(trie, name);
      trie.fields[node >> NODE_SHIFT] = 1 + field * 16 + rank;
    });
  });
  const kindNode = addName(trie, "kind");
  return {
    classes: trie.classes,
    next: trie.next.slice(0, trie.nodes << NODE_SHIFT),
    fields: trie.fields.slice(0, trie.nodes),
    kindNode,
  };
}

interface Growing {
  readonly classes: Uint8Array;
  readonly next: Uint16Array;
  readonly fields: Uint8Array;
  nodes: number;
}

function addName(trie: Growing, name: string): number {
  let node = ROOT;
  for (const byte of new TextEncoder().encode(name)) {
    const column = node + (trie.classes[byte] ?? OTHER);
    if (trie.next[column] === DEAD) trie.next[column] = addNode(trie);
    node = trie.next[column] ?? DEAD;
  }
  return node;
}

function addNode(trie: Growing): number {
  const node = trie.nodes << NODE_SHIFT;
  trie.nodes += 1;
  trie.next[node + SEPARATOR] = node;
  return node;
}

function keyClasses(): Uint8Array {
  const classes = new Uint8Array(256).fill(OTHER);
  for (let letter = 0; letter < 26; letter++) {
    classes[0x61 + letter] = letter;
    classes[0x41 + letter] = letter;
  }
  for (let digit = 0; digit < 10; digit++) classes[0x30 + digit] = 26 + digit;
  for (const separator of SEPARATORS) classes[separator.charCodeAt(0)] = SEPARATOR;
  // Escapes, controls and letters beyond ASCII: they may spell a name we know in a way not known here.
  classes.fill(KEY_STOP, 0, 0x20);
  classes.fill(KEY_STOP, 0x80);
  classes[0x5c] = KEY_STOP;
  classes[0x22] = KEY_END;
  return classes;
}
