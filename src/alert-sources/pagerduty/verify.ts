import type { Delivery, Refusal, Verdict } from "../../app/delivery.ts";
import { refusedHmacHeader, verifyHmac } from "../verify-hmac.ts";

const SIGNATURE = "x-pagerduty-signature";

/** PagerDuty signs the raw body only, and sends one `v1=` per active secret during a rotation. */
export function verify({ raw, headers }: Delivery, secrets: readonly string[]): Verdict {
  return verifyHmac(raw, headers[SIGNATURE], secrets);
}

/** What can be told without the body: that there is no signature at all. */
export function refusedByHead(headers: Delivery["headers"], secrets: readonly string[]): Refusal | null {
  return refusedHmacHeader(headers[SIGNATURE], secrets);
}
