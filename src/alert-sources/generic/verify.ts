import type { Delivery, Refusal, Verdict } from "../../app/delivery.ts";
import { refusedBearer, verifyBearer } from "../verify-bearer.ts";
import { refusedHmacHeader, verifyHmac } from "../verify-hmac.ts";

/** Either a signature of the raw body or the secret itself as a bearer token. A signature that is present must be right. */
export function verify({ raw, headers }: Delivery, secrets: readonly string[]): Verdict {
  const signature = headers["x-traceops-signature"];
  return signature === undefined
    ? verifyBearer(headers["authorization"], secrets)
    : verifyHmac(raw, signature, secrets);
}

/** The same as far as the headers tell: a bearer token is checked whole, a signature waits for the body. */
export function refusedByHead(headers: Delivery["headers"], secrets: readonly string[]): Refusal | null {
  const signature = headers["x-traceops-signature"];
  return signature === undefined
    ? refusedBearer(headers["authorization"], secrets)
    : refusedHmacHeader(signature, secrets);
}
