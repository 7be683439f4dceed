import { type SeenText, seeAfter } from "./characters.ts";

const CARD =
  /(?<![\w.-])(?:\d{13,19}|\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}(?:[ -]\d{1,3})?|3\d{3}[ -]\d{6}[ -]\d{5})(?![\w-]|\.\d)/gu;
/** First digits that card networks use; a nanosecond time stamp of this century begins with 1. */
const CARD_PREFIX = /^(?:4|5[0-9]|2[2-7]|3[0-9]|6)/u;
const IBAN = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])/gu;
/** How every one begins; most lines hold none. */
const MAYBE_IBAN = /[A-Z]{2}\d{2}/u;
const EMAIL = /[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])/gu;
/** Only numbers written for people: international, with groups, or the full E.164 form. */
const PHONE =
  /(?<![\w.+-])\+(?:[1-9]\d{9,14}|[1-9]\d{0,2}[ .-]?(?:\(\d{1,4}\)[ .-]?\d{2,5}(?:[ .-]\d{2,6}){1,4}|\d{2,5}(?:[ .-]\d{2,6}){2,4}))(?![\w]|[.-]\d)/gu;
/** United States social security numbers: the parts that were never given out are left out. */
const SSN = /(?<![\w.-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-]|\.\d)/gu;

/** Takes out what can be checked to be a person's: card numbers (Luhn), IBANs (mod 97), social security numbers, e-mail addresses, phone numbers. */
export function redactPersonalData(seen: SeenText, pseudonymOf: (address: string) => string): SeenText {
  let result = seen.text;
  if (/\d{4}[ -]?\d{2}/u.test(result)) {
    // Account numbers first: a part of one passes for a card by chance, and the rest of it would stay.
    if (MAYBE_IBAN.test(result)) result = result.replace(IBAN, (found) => (isIban(found) ? "[redacted-iban]" : found));
    result = result.replace(CARD, (found) => (isCard(found) ? "[redacted-card]" : found));
  }
  if (/-\d\d-\d{4}/u.test(result)) result = result.replace(SSN, "[redacted-ssn]");
  if (result.includes("@")) {
    result = result.replace(EMAIL, (found) => (found.startsWith("git@") ? found : pseudonymOf(found)));
  }
  if (result.includes("+")) result = result.replace(PHONE, "[redacted-phone]");
  return seeAfter(seen, result);
}

function isCard(found: string): boolean {
  const digits = found.replace(/\D/gu, "");
  if (!CARD_PREFIX.test(digits) || /^(\d)\1+$/u.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

const MIN_IBAN_LENGTH = 15;

function isIban(found: string): boolean {
  const compact = found.replaceAll(" ", "");
  if (compact.length < MIN_IBAN_LENGTH) return false;
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    for (const digit of Number.parseInt(character, 36).toString()) rest = (rest * 10 + Number(digit)) % 97;
  }
  return rest === 1;
}
