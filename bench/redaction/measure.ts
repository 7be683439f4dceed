import type { Redactor } from "../../src/app/redactor.ts";
import { BENIGN_FORMS } from "./benign.ts";
import { CARRIERS } from "./carriers.ts";
import { type Chance, createChance } from "./chance.ts";
import { ENCODINGS } from "./encodings.ts";
import type { SecretKind } from "./kind.ts";
import { leakedCharacters } from "./leaks.ts";

/** What came out of one kind in all encodings and carriers. */
export interface KindResult {
  readonly name: string;
  readonly texts: number;
  readonly leakedTexts: number;
  readonly leakedCharacters: number;
  /** Leaking texts by "encoding, carrier". */
  readonly where: ReadonlyMap<string, number>;
  readonly example: string | null;
}

/** How chunks of a text become safe: whole texts by the redactor, pieces by the windows over their borders. */
export type RedactChunks = (chunks: readonly string[]) => string;

/** Every value of a kind in every encoding and carrier. */
export function measureKind(kind: SecretKind, redact: RedactChunks, how: { values: number; seed: number }): KindResult {
  const chance = createChance(how.seed);
  const where = new Map<string, number>();
  let [texts, leakedTexts, leaked] = [0, 0, 0];
  let example: string | null = null;
  for (let value = 0; value < how.values; value++) {
    const { text, secret } = kind.make(chance);
    for (const { place, chunks } of placesOf(text, secret)) {
      const out = redact(chunks);
      const characters = leakedCharacters(secret, out);
      texts++;
      if (characters === 0) continue;
      leakedTexts++;
      leaked += characters;
      where.set(place, (where.get(place) ?? 0) + 1);
      example ??= `${place}: ${out}`;
    }
  }
  return { name: kind.name, texts, leakedTexts, leakedCharacters: leaked, where, example };
}

function placesOf(text: string, secret: string) {
  return CARRIERS.flatMap((carrier) => {
    const line = carrier.write(text);
    return ENCODINGS.map((encoding) => ({
      place: `${encoding.name}, ${carrier.name}`,
      chunks: encoding.chunks(line, secret),
    }));
  });
}

export interface BenignResult {
  readonly lines: number;
  readonly changed: number;
  /** Of the changed ones, those that lost something; in the others an address only got its pseudonym. */
  readonly hidden: number;
  readonly examples: readonly string[];
}

const MAX_EXAMPLES = 20;

/** The share of lines without a secret that come out otherwise than they went in. */
export function measureBenign(lines: Iterable<string>, redactor: Pick<Redactor, "text">): BenignResult {
  let [count, changed, hidden] = [0, 0, 0];
  const examples: string[] = [];
  for (const line of lines) {
    count++;
    const out: string = redactor.text(line);
    if (out === line) continue;
    changed++;
    if (/\[(?:redacted|withheld|cut)/u.test(out)) hidden++;
    if (examples.length < MAX_EXAMPLES) examples.push(`${line}\n   → ${out}`);
  }
  return { lines: count, changed, hidden, examples };
}

/** Generated lines, every form as often as the others. */
export function* benignLines(count: number, chance: Chance): Generator<string> {
  for (let index = 0; index < count; index++) {
    const form = BENIGN_FORMS[index % BENIGN_FORMS.length];
    if (form !== undefined) yield form(chance);
  }
}
