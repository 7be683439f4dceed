import { createHmac } from "node:crypto";
import type { Seal } from "../app/access/audit-trail.ts";

/** HMAC-SHA256 with a key of this install. */
export function auditSeal(key: string): Seal {
  return (text) => createHmac("sha256", key).update(text).digest("hex");
}
