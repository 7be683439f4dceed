import { createHmac, timingSafeEqual } from "node:crypto";
import type { Verdict } from "../app/delivery.ts";

const HEX_SHA256 = /^v1=([0-9a-f]{64})$/u;
const MAX_SIGNATURES = 16;

/** Checks a header "v1=hex[,v1=hex]", lower case, of HMAC-SHA256 over the raw bytes. Other versions are ignored; any match with any secret is enough. */
export function verifyHmac(raw: Uint8Array, header: string | undefined, secrets: readonly string[]): Verdict {
  if (secrets.length === 0) return { status: "refused", reason: "no-secret-configured" };
  const given = (header ?? "").split(",").slice(0, MAX_SIGNATURES).flatMap(readDigest);
  if (given.length === 0) return { status: "refused", reason: "no-signature" };

  const expected = secrets.map((secret) => createHmac("sha256", secret).update(raw).digest());
  const matches = expected.some((digest) => given.some((candidate) => timingSafeEqual(candidate, digest)));
  return matches ? { status: "authentic" } : { status: "refused", reason: "wrong-signature" };
}

function readDigest(part: string): readonly Buffer[] {
  const hex = HEX_SHA256.exec(part.trim())?.[1];
  return hex === undefined ? [] : [Buffer.from(hex, "hex")];
}
