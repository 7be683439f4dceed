import { createHash, timingSafeEqual } from "node:crypto";
import type { Refusal, Verdict } from "../app/delivery.ts";

const MAX_TOKEN_LENGTH = 4_096;

/** Checks "Authorization: Bearer token" against the known tokens. Hashes are compared, so lengths and contents leak no time. */
export function verifyBearer(header: string | undefined, tokens: readonly string[]): Verdict {
  if (tokens.length === 0) return { status: "refused", reason: "no-secret-configured" };
  const given = /^Bearer +(\S+)$/iu.exec((header ?? "").trim())?.[1];
  if (given === undefined || given.length > MAX_TOKEN_LENGTH) return { status: "refused", reason: "no-signature" };

  const digest = sha256(given);
  const matches = tokens.some((token) => timingSafeEqual(sha256(token), digest));
  return matches ? { status: "authentic" } : { status: "refused", reason: "wrong-signature" };
}

/** The same for who asks before the body is read: the header says everything. */
export function refusedBearer(header: string | undefined, tokens: readonly string[]): Refusal | null {
  const verdict = verifyBearer(header, tokens);
  return verdict.status === "refused" ? verdict : null;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
