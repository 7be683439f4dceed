import { type Chance, DIGITS, LOWER, UPPER } from "./chance.ts";
import { type SecretKind, within } from "./kind.ts";

const same = (secret: string) => secret;

/** Personal data with checks of its own, and what is known by its form. */
export const PEOPLE_KINDS: readonly SecretKind[] = [
  within(
    "card-visa",
    (chance) => withLuhn(`4${chance.chars(DIGITS, 14)}`),
    (secret) => `card ${secret}`,
  ),
  within("card-mastercard", (chance) => withLuhn(`5${chance.int(1, 5)}${chance.chars(DIGITS, 13)}`), same),
  within("card-amex", (chance) => withLuhn(`37${chance.chars(DIGITS, 12)}`), same),
  within("card-grouped", (chance) => grouped(withLuhn(`4${chance.chars(DIGITS, 14)}`)), same),
  within("iban-de", (chance) => iban("DE", chance.chars(DIGITS, 18)), same),
  within("iban-gb", (chance) => iban("GB", `${chance.chars(UPPER, 4)}${chance.chars(DIGITS, 14)}`), same),
  within("iban-grouped", (chance) => grouped(iban("FR", chance.chars(DIGITS, 23))), same),
  within("us-ssn", ssn, (secret) => `customer ${secret} called`),
  within(
    "email",
    (chance) => `${chance.chars(LOWER, 6)}.${chance.chars(LOWER, 7)}@${chance.chars(LOWER, 8)}.test`,
    same,
  ),
  within("phone", (chance) => `+49${chance.int(1, 9)}${chance.chars(DIGITS, 9)}`, same),
  within(
    "phone-grouped",
    (chance) => `+1 (${chance.int(2, 9)}${chance.chars(DIGITS, 2)}) 555-${chance.chars(DIGITS, 4)}`,
    (secret) => `call ${secret} now`,
  ),
  within(
    "ipv4-public",
    (chance) =>
      `${chance.pick(["8", "52", "93", "185"])}.${chance.int(1, 254)}.${chance.int(1, 254)}.${chance.int(1, 254)}`,
    (secret) => `client ${secret}:51442`,
  ),
  within(
    "ipv6-public",
    (chance) => `2a01:${chance.int(1000, 9999)}:${chance.int(100, 999)}:${chance.int(1, 9)}::${chance.int(10, 99)}`,
    (secret) => `peer [${secret}]:51442`,
  ),
];

/** The digits with the check digit that the Luhn sum wants. */
function withLuhn(digits: string): string {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** An account number with the check digits of ISO 13616. */
function iban(country: string, account: string): string {
  let rest = 0;
  for (const character of `${account}${country}00`) {
    for (const digit of Number.parseInt(character, 36).toString()) rest = (rest * 10 + Number(digit)) % 97;
  }
  return `${country}${String(98 - rest).padStart(2, "0")}${account}`;
}

function grouped(text: string): string {
  return text.replaceAll(/.{4}(?=.)/gu, "$& ");
}

function ssn(chance: Chance): string {
  const area = chance.pick([chance.int(1, 665), chance.int(667, 899)]);
  return `${String(area).padStart(3, "0")}-${String(chance.int(1, 99)).padStart(2, "0")}-${String(chance.int(1, 9999)).padStart(4, "0")}`;
}
