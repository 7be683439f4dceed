import type { Delivery, Verdict } from "../../app/delivery.ts";
import { verifyBearer } from "../verify-bearer.ts";
import { verifyHmac } from "../verify-hmac.ts";

/** Either a signature of the raw body or the secret itself as a bearer token. A signature that is present must be right. */
export function verify({ raw, headers }: Delivery, secrets: readonly string[]): Verdict {
  const signature = headers["x-traceops-signature"];
  return signature === undefined
    ? verifyBearer(headers["authorization"], secrets)
    : verifyHmac(raw, signature, secrets);
}
