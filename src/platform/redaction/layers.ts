import { type HiddenAddresses, redactAddresses } from "./addresses.ts";
import type { SeenText } from "./characters.ts";
import { redactHeadersAndUrls } from "./headers-and-urls.ts";
import { redactKeyValues } from "./key-values.ts";
import { redactPersonalData } from "./personal-data.ts";
import type { Pseudonyms } from "./pseudonyms.ts";
import { redactRandomText } from "./random-text.ts";
import { redactTenantRules, type TenantRule } from "./tenant-rules.ts";
import { redactTokenShapes } from "./token-shapes.ts";

/** One set of rules over a plain text; each catches what the others cannot see. */
export interface Layer {
  readonly name:
    | "headers-and-urls"
    | "token-shapes"
    | "key-values"
    | "personal-data"
    | "addresses"
    | "tenant"
    | "random-text";
  readonly apply: (seen: SeenText) => SeenText;
}

/** The layers in their order: structure first, for it knows most; the general rule for random text last, for it knows least. */
export function layersOf(given: {
  readonly pseudonyms: Pseudonyms;
  readonly tenantRules: readonly TenantRule[];
  readonly addresses: HiddenAddresses;
}): readonly Layer[] {
  const { pseudonyms, tenantRules, addresses } = given;
  const hide = { hidden: addresses, nameOf: pseudonyms.ip };
  return [
    { name: "headers-and-urls", apply: redactHeadersAndUrls },
    { name: "token-shapes", apply: redactTokenShapes },
    { name: "key-values", apply: redactKeyValues },
    { name: "personal-data", apply: (seen) => redactPersonalData(seen, pseudonyms.email) },
    { name: "addresses", apply: (seen) => redactAddresses(seen, hide) },
    ...ownLayer(tenantRules),
    { name: "random-text", apply: redactRandomText },
  ];
}

/** None where an install has no rules of its own, so that nothing need wait for them. */
function ownLayer(rules: readonly TenantRule[]): readonly Layer[] {
  return rules.length === 0 ? [] : [{ name: "tenant", apply: (seen) => redactTenantRules(seen, rules) }];
}
