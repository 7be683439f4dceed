import type { Chance } from "./chance.ts";

/** A made-up secret as it stands in a text, and the part of it that must not come out. */
export interface Sample {
  readonly text: string;
  readonly secret: string;
}

export interface SecretKind {
  readonly name: string;
  make(chance: Chance): Sample;
}

/** How a token of random characters looks: what stands before and after them, and how many there are. */
interface TokenLook {
  readonly prefix: string;
  readonly alphabet: string;
  readonly length: number;
  readonly suffix?: string;
}

/** A token that shows by its own look. */
export function token(name: string, { prefix, alphabet, length, suffix = "" }: TokenLook): SecretKind {
  return {
    name,
    make: (chance) => {
      const secret = chance.chars(alphabet, length);
      return { text: `${prefix}${secret}${suffix}`, secret };
    },
  };
}

/** A secret that shows by what stands around it. */
export function within(
  name: string,
  secretOf: (chance: Chance) => string,
  textOf: (secret: string, chance: Chance) => string,
): SecretKind {
  return {
    name,
    make: (chance) => {
      const secret = secretOf(chance);
      return { text: textOf(secret, chance), secret };
    },
  };
}
