import type { Redactor } from "../../app/redactor.ts";
import type { Evidence } from "../../core/evidence.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { joinSafe, type Safe, safe } from "../../core/safe.ts";
import type { HiddenAddresses } from "./addresses.ts";
import { layersOf } from "./layers.ts";
import { createPseudonyms, tenantKey } from "./pseudonyms.ts";
import { redactAlert, redactEvent, redactEvidence, redactNote, type Walk } from "./redact-records.ts";
import { createSafeText, type ToSafe } from "./safe-text.ts";
import { hiddenUnder } from "./secret-names.ts";
import type { TenantRule } from "./tenant-rules.ts";

export interface RedactionOptions {
  /** Secret of this install; pseudonyms are HMACs under it. */
  readonly pseudonymKey: string;
  /** What this install calls secret beyond the built-in rules. */
  readonly tenantRules?: readonly TenantRule[];
  /** "public" unless told otherwise. */
  readonly addresses?: HiddenAddresses;
  /** Told of every text that a rule changed, with the text as it came out. */
  readonly onChanged?: (clean: Safe, raw: string) => void;
}

/** Makes foreign text safe to store and show: secrets out, people's data out or under a stable pseudonym, hidden characters out. */
export function createRedactor(options: RedactionOptions): Redactor {
  const { pseudonymKey, tenantRules = [], addresses = "public", onChanged } = options;
  const pseudonyms = createPseudonyms(pseudonymKey);
  const safeText = createSafeText(layersOf({ pseudonyms, tenantRules, addresses }));
  const text = onChanged === undefined ? safeText.text : telling(safeText.text, onChanged);
  const keyOf = (raw: string) => (text(raw) === raw ? raw : pseudonyms.key(raw));
  const number = numbersWith(text, tenantRules.length > 0);
  const walk: Walk = { text, known: remember(text), number, nameOf: rememberNames(text), keyOf };
  return {
    text,
    alert: (raw) => redactAlert(raw, walk),
    note: (raw) => redactNote(raw, walk),
    event: (raw) => redactEvent(raw, walk),
    evidence: (raw) => {
      const before = safeText.withheldTexts();
      const evidence = redactEvidence(raw, walk);
      return withGap(evidence, safeText.withheldTexts() - before);
    },
  };
}

function telling(text: ToSafe, onChanged: (clean: Safe, raw: string) => void): ToSafe {
  return (raw) => {
    const clean = text(raw);
    if (clean !== raw) onChanged(clean, raw);
    return clean;
  };
}

/** A redactor for each tenant: pseudonyms of two tenants cannot be joined, and each has the rules that are meant for it. */
export function createTenantRedactors(options: RedactionOptions): (tenant: string) => Redactor {
  const made = new Map<string, Redactor>();
  return (tenant) => {
    const before = made.get(tenant);
    if (before !== undefined) return before;
    const tenantRules = (options.tenantRules ?? []).filter((rule) => rule.tenant === null || rule.tenant === tenant);
    // The first tenant keeps the pseudonyms that it had when there was only one.
    const pseudonymKey = tenant === DEFAULT_TENANT ? options.pseudonymKey : tenantKey(options.pseudonymKey, tenant);
    const redactor = createRedactor({ ...options, tenantRules, pseudonymKey });
    if (made.size >= MAX_TENANTS) made.clear();
    made.set(tenant, redactor);
    return redactor;
  };
}

/** What was withheld is a gap of the evidence, so that the incident's thread can say it. */
function withGap(evidence: Evidence, withheld: number): Evidence {
  if (withheld === 0 || evidence.status !== "found") return evidence;
  const gap = safe`${withheld} texts withheld because redaction could not check them`;
  return { ...evidence, partial: evidence.partial === null ? gap : joinSafe([evidence.partial, gap], "; ") };
}

const MAX_TENANTS = 1_000;
const MAX_REMEMBERED = 10_000;
const MAX_REMEMBERED_LENGTH = 160;
/** The shortest card number has 13 digits; of the rules without names only that for cards can match a number. */
const MAYBE_CARD = 1e12;

/** A number is hidden when its digits would be; whatever an install calls secret may be a number. */
function numbersWith(text: ToSafe, hasOwnRules: boolean): Walk["number"] {
  return (value) => {
    if (!hasOwnRules && !(Number.isSafeInteger(value) && value > MAYBE_CARD)) return value;
    const clean = text(String(value));
    return clean === String(value) ? value : clean;
  };
}

function rememberNames(text: ToSafe): Walk["nameOf"] {
  return remember((raw) => ({ name: text(raw), hides: hiddenUnder(raw) }));
}

function remember<Known>(make: (raw: string) => Known): (raw: string) => Known {
  const made = new Map<string, Known>();
  return (raw) => {
    if (raw.length > MAX_REMEMBERED_LENGTH) return make(raw);
    const before = made.get(raw);
    if (before !== undefined) return before;
    const known = make(raw);
    if (made.size >= MAX_REMEMBERED) made.clear();
    made.set(raw, known);
    return known;
  };
}
