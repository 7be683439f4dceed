import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { UnavailableError } from "../../app/errors.ts";
import type { SenderTools } from "../define.ts";
import { KeptCertificates } from "./kept-certificates.ts";
import type { Topic } from "./topics.ts";

const CERTIFICATE_PATH = /^\/SimpleNotificationService-[0-9a-f]{32}\.pem$/u;
const MAX_BYTES = 16_384;
const WITHIN_MS = 3_000;
const MAX_KEPT = 8;
const MIN_KEY_BITS = 2_048;
/** Whoever knows a topic's name can make us ask for a certificate, so there is a limit on those that were never had. */
const MAX_FETCHES = 10;
const FETCHES_WITHIN_MS = 60_000;

/** True for the one form that certificates of this topic's region have, compared as text: nothing is left to a URL parser. */
export function isCertificateUrl(url: string, { host }: Topic): boolean {
  const origin = `https://${host}`;
  return url.startsWith(`${origin}/`) && CERTIFICATE_PATH.test(url.slice(origin.length));
}

/** Public keys of SNS by the address of their certificate: asked for once, together, within limits, and kept over restarts. */
export class SigningKeys {
  readonly #tools: SenderTools;
  readonly #certificates: KeptCertificates;
  readonly #kept = new Map<string, KeyObject>();
  readonly #asked = new Map<string, Promise<KeyObject | null>>();
  #fetchedAtMs: readonly number[] = [];

  constructor(tools: SenderTools) {
    this.#tools = tools;
    this.#certificates = new KeptCertificates(tools);
  }

  /** The key; null when there is no usable certificate. The address must have passed `isCertificateUrl`. Rejects with `UnavailableError`. */
  async at(url: string): Promise<KeyObject | null> {
    const kept = this.#kept.get(url);
    if (kept !== undefined) return kept;
    const asked = this.#asked.get(url) ?? this.#find(url);
    this.#asked.set(url, asked);
    try {
      return await asked;
    } finally {
      this.#asked.delete(url);
    }
  }

  async #find(url: string): Promise<KeyObject | null> {
    const known = await this.#certificates.at(url);
    const key = known === null ? await this.#ask(url) : publicKeyOf(known);
    if (key !== null) this.#keep(url, key);
    return key;
  }

  async #ask(url: string): Promise<KeyObject | null> {
    this.#spend();
    const answer = await this.#tools.fetch({ url, maxBytes: MAX_BYTES, signal: AbortSignal.timeout(WITHIN_MS) });
    if (answer.status >= 500 || answer.status === 429) throw silent(`answered ${answer.status}`);
    const pem = Buffer.from(answer.body).toString("latin1");
    const key = answer.status === 200 ? publicKeyOf(pem) : null;
    if (key !== null) await this.#certificates.add(url, pem);
    return key;
  }

  #spend(): void {
    const nowMs = this.#tools.clock.nowMs();
    const recent = this.#fetchedAtMs.filter((atMs) => nowMs - atMs < FETCHES_WITHIN_MS);
    if (recent.length >= MAX_FETCHES) throw silent("was asked for too many certificates");
    this.#fetchedAtMs = [...recent, nowMs];
  }

  #keep(url: string, key: KeyObject): void {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(url, key);
  }
}

const silent = (what: string) => new UnavailableError("SNS", { retryable: true, detail: `SNS ${what}` });

function publicKeyOf(pem: string): KeyObject | null {
  try {
    const key = createPublicKey(new X509Certificate(pem).publicKey.export({ type: "spki", format: "pem" }));
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    return key.asymmetricKeyType === "rsa" && bits >= MIN_KEY_BITS ? key : null;
  } catch {
    return null;
  }
}
