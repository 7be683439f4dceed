import { createHmac, timingSafeEqual } from "node:crypto";
import type { Refusal, Verdict } from "../app/delivery.ts";

const HEX_SHA256 = /^v1=([0-9a-f]{64})$/u;
const MAX_SIGNATURES = 16;

/** Why this header cannot be right, whatever the bytes are; null when they decide. */
export function refusedHmacHeader(header: string | undefined, secrets: readonly string[]): Refusal | null {
  if (secrets.length === 0) return { status: "refused", reason: "no-secret-configured" };
  return digestsIn(header).length === 0 ? { status: "refused", reason: "no-signature" } : null;
}

/** Checks a header "v1=hex[,v1=hex]", lower case, of HMAC-SHA256 over the raw bytes. Other versions are ignored; any match with any secret is enough. */
export function verifyHmac(raw: Uint8Array, header: string | undefined, secrets: readonly string[]): Verdict {
  const refusal = refusedHmacHeader(header, secrets);
  if (refusal !== null) return refusal;
  const given = digestsIn(header);
  const expected = secrets.map((secret) => createHmac("sha256", secret).update(raw).digest());
  const matches = expected.some((digest) => given.some((candidate) => timingSafeEqual(candidate, digest)));
  return matches ? { status: "authentic" } : { status: "refused", reason: "wrong-signature" };
}

function digestsIn(header: string | undefined): readonly Buffer[] {
  return (header ?? "").split(",").slice(0, MAX_SIGNATURES).flatMap(readDigest);
}

function readDigest(part: string): readonly Buffer[] {
  const hex = HEX_SHA256.exec(part.trim())?.[1];
  return hex === undefined ? [] : [Buffer.from(hex, "hex")];
}
