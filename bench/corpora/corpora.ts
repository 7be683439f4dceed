import { createRandom, type Random } from "./random.ts";
import { NAMES, SENTENCES, SERVICES, THINGS } from "./sentences.ts";

/** Messages one after the other, each with a newline behind it. */
export interface Corpus {
  readonly name: CorpusName;
  readonly about: string;
  readonly bytes: Uint8Array;
  /** `starts[i]` to `starts[i + 1] - 1` is message `i`; one more start than messages. */
  readonly starts: Int32Array;
}

export const CORPUS_NAMES = ["repeated", "adversarial", "short", "long", "traces"] as const;
export type CorpusName = (typeof CORPUS_NAMES)[number];

const ABOUT: Record<CorpusName, string> = {
  repeated: "320 kinds of line with fresh digits, about 2,500 masked signatures: kind to a signature cache",
  adversarial: "the same kinds of line, every variable a fresh word without digits: nearly every line misses the cache",
  short: "one to four words, some numbers",
  long: "600 to 1,800 bytes: 48 kinds of line, a sentence and key=value pairs with fresh values",
  traces: "multi-line stack traces, one line after the other",
};

/** The corpus of this name: the same `lines` and `seed` give the same bytes everywhere. */
export function createCorpus(name: CorpusName, lines: number, seed = 1): Corpus {
  const random = createRandom(seed);
  const write = WRITERS[name](random);
  const encoder = new TextEncoder();
  const starts = new Int32Array(lines + 1);
  let bytes = new Uint8Array(lines * 128);
  let used = 0;
  for (let line = 0; line < lines; line++) {
    const text = `${write(line)}\n`;
    if (used + text.length * 3 > bytes.length) {
      const wider = new Uint8Array(bytes.length * 2 + text.length * 3);
      wider.set(bytes);
      bytes = wider;
    }
    used += encoder.encodeInto(text, bytes.subarray(used)).written;
    starts[line + 1] = used;
  }
  return { name, about: ABOUT[name], bytes: bytes.slice(0, used), starts };
}

type Writer = (line: number) => string;

const WRITERS: Record<CorpusName, (random: Random) => Writer> = {
  repeated: (random) => () => repeated(random),
  adversarial: (random) => () => adversarial(random),
  short: (random) => () => short(random),
  long: (random) => () => long(random),
  traces: (random) => (line) => trace(random, line),
};

const KINDS = 320;

/** A kind of line fixes the sentence and whom it talks about; names and all numbers are fresh. */
function repeated(random: Random): string {
  const kind = random.below(KINDS);
  const sentence = SENTENCES[kind % SENTENCES.length] ?? SENTENCES[0];
  const variant = Math.floor(kind / SENTENCES.length);
  return fill(sentence, (slot) => {
    if (slot === "service") return SERVICES[(variant * 7 + kind) % SERVICES.length] ?? SERVICES[0];
    if (slot === "thing") return THINGS[(variant * 5 + kind) % THINGS.length] ?? THINGS[0];
    return slot === "name" ? random.pick(NAMES) : numberFor(slot, random);
  });
}

function adversarial(random: Random): string {
  const sentence = random.pick(SENTENCES);
  return fill(sentence, (slot) => (slot === "dec" ? random.letters(2, 6) : random.letters(4, 12)));
}

function short(random: Random): string {
  const words = 1 + random.below(3);
  const parts: string[] = [];
  for (let word = 0; word < words; word++) parts.push(random.pick(random.below(2) === 0 ? THINGS : SERVICES));
  if (random.below(2) === 0) parts.push(random.digits(1 + random.below(4)));
  return parts.join(" ");
}

const LONG_KINDS = 48;

/** A kind of long line fixes its sentence and its keys; the values are fresh, some of them words. */
function long(random: Random): string {
  const kind = random.below(LONG_KINDS);
  const keys = createRandom(kind + 1);
  const parts: string[] = [repeated(keys)];
  const least = 600 + keys.below(1200);
  for (let size = 0; size < least; ) {
    const isWord = keys.below(6) === 0;
    const key = `${keys.pick(THINGS)}.${keys.pick(SERVICES)}`;
    const pair = `${key}=${isWord ? random.pick(NAMES) : random.digits(6)}`;
    parts.push(pair);
    size += pair.length + 1;
  }
  return parts.join(" ");
}

/** An exception, its frames and its cause: 12 lines, then the next one. */
function trace(random: Random, line: number): string {
  const at = line % 12;
  const name = (words: readonly [string, ...string[]]) => {
    const word = random.pick(words);
    return word.charAt(0).toUpperCase() + word.slice(1);
  };
  if (at === 0)
    return `shop.${random.pick(SERVICES)}.${name(THINGS)}Exception: no answer for ${random.digits(6)} after ${random.digits(4)} ms`;
  if (at === 8) return `Caused by: java.io.IOException: connection reset by ${random.pick(SERVICES)}-${random.hex(8)}`;
  if (at === 11) return `\t... ${random.digits(2)} more`;
  return `\tat shop.${random.pick(SERVICES)}.${name(THINGS)}Handler.on${name(SERVICES)}(${name(THINGS)}Handler.java:${random.digits(3)})`;
}

function fill(sentence: string, value: (slot: string) => string): string {
  return sentence.replaceAll(/\{(\w+)\}/gu, (_whole, slot: string) => value(slot));
}

function numberFor(slot: string, random: Random): string {
  switch (slot) {
    case "ip":
      return `10.${random.below(256)}.${random.below(256)}.${random.below(256)}`;
    case "port":
      return String(1024 + random.below(60_000));
    case "hex":
      return `${random.below(10)}${random.hex(11)}`;
    case "uuid":
      return `${random.below(10)}${random.hex(7)}-${random.hex(4)}-4${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`;
    case "dec":
      return `${random.below(900)}.${random.digits(2)}`;
    case "ms":
      return String(1 + random.below(9000));
    default:
      return String(random.below(100_000));
  }
}
