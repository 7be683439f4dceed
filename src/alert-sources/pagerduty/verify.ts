import type { Delivery, Verdict } from "../../app/delivery.ts";
import { verifyHmac } from "../verify-hmac.ts";

/** PagerDuty signs the raw body only, and sends one `v1=` per active secret during a rotation. */
export function verify({ raw, headers }: Delivery, secrets: readonly string[]): Verdict {
  return verifyHmac(raw, headers["x-pagerduty-signature"], secrets);
}
