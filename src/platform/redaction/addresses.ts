import { isIPv4, isIPv6 } from "node:net";
import { charactersOf, mayHold, type SeenText, seeAfter } from "./characters.ts";

/**
 * Which network addresses are replaced: those of the internet that may be a person's line, every one, or none. With the
 * port of a service (":443") an address names a machine that was called, and whoever is on call needs it.
 */
export type HiddenAddresses = "public" | "all" | "none";

const IPV4 = /(?<![\w.+-])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w+-]|\.\d)/gu;
/** Below the ports that systems give to callers. */
const SERVICE_PORT = /^\]?:\d{1,4}(?!\d)/u;
/** The same without the commonest of our own, so that most lines end here. */
const MAYBE_PUBLIC_IPV4 = /(?<![\w.+-])(?!10\.|127\.|192\.168\.)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w+-]|\.\d)/gu;
const IPV6 = /(?<![\w:./+-])[0-9A-Fa-f]{1,4}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4}(?![\w:])/gu;
const PUBLIC_IPV6 = /(?<![\w:./+-])[23][0-9A-Fa-f]{3}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4}(?![\w:])/gu;
/** Not in a version or a path: "Chrome/120.0.6099.109", "release 1.2.3.4". */
const NO_ADDRESS_BEFORE = /(?:(?:version|release|build|ver|agent)["']?[\s:=]{0,3}|(?:^|[^/])\/)$/iu;
const DOT = charactersOf(".");
const COLON = charactersOf(":");

/** Replaces addresses by their pseudonyms. */
export function redactAddresses(
  seen: SeenText,
  { hidden, nameOf }: { readonly hidden: HiddenAddresses; readonly nameOf: (address: string) => string },
): SeenText {
  if (hidden === "none") return seen;
  const isService = (whole: string, end: number) => hidden === "public" && SERVICE_PORT.test(whole.slice(end, end + 7));
  let result = seen.text;
  if (mayHold(seen.holds, DOT)) {
    result = result.replace(hidden === "all" ? IPV4 : MAYBE_PUBLIC_IPV4, (found: string, at: number, whole: string) => {
      const isMeant = (hidden === "all" || !NOT_PUBLIC.test(found)) && isIPv4(found);
      if (!isMeant || isService(whole, at + found.length)) return found;
      return NO_ADDRESS_BEFORE.test(whole.slice(Math.max(0, at - 16), at)) ? found : nameOf(found);
    });
  }
  if (mayHold(seen.holds, COLON)) {
    result = result.replace(hidden === "all" ? IPV6 : PUBLIC_IPV6, (found: string, at: number, whole: string) => {
      const isMeant = found.length > MIN_IPV6 && isIPv6(found);
      return isMeant && !isService(whole, at + found.length) ? nameOf(found) : found;
    });
  }
  return seeAfter(seen, result);
}

/** Shorter ones are times and ratios. */
const MIN_IPV6 = 7;

/** Private, loopback, link-local, carrier-grade, multicast and reserved ones (RFC 6890). */
const NOT_PUBLIC =
  /^(?:(?:0|10|127|22[4-9]|2[3-9]\d)\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/u;
