import { createHmac, timingSafeEqual } from "node:crypto";
import type { Verdict } from "../../app/delivery.ts";
import type { EpochMs } from "../../core/ids.ts";

const SIGNATURE = /^v0=([0-9a-f]{64})$/u;
const TIMESTAMP = /^\d{1,12}$/u;
const TOLERANCE_MS = 5 * 60_000;
const WRONG: Verdict = { status: "refused", reason: "wrong-signature" };

/** What Slack signs: the raw bytes and the time at which it sent them. */
export interface SlackDelivery {
  readonly raw: Uint8Array;
  /** The two headers as sent; one that came twice holds both values. */
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

/**
 * Checks "v0=hex" of HMAC-SHA256 over "v0:time:raw bytes", sent at most five minutes ago or ahead of our clock.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function verifySlack({ raw, timestamp, signature }: SlackDelivery, secret: string, nowMs: EpochMs): Verdict {
  if (secret === "") return { status: "refused", reason: "no-secret-configured" };
  const hex = SIGNATURE.exec(signature ?? "")?.[1];
  if (hex === undefined || timestamp === undefined || !TIMESTAMP.test(timestamp)) {
    return { status: "refused", reason: "no-signature" };
  }
  if (Math.abs(nowMs - Number(timestamp) * 1000) > TOLERANCE_MS) return WRONG;
  const expected = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(raw).digest();
  return timingSafeEqual(expected, Buffer.from(hex, "hex")) ? { status: "authentic" } : WRONG;
}
