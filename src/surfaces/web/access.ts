import { createHash, timingSafeEqual } from "node:crypto";
import { isFromThisMachine, isLocalAddress, type Origin } from "../../platform/this-machine.ts";

export interface AccessPolicy {
  /** Asked of every visitor when set; any user name goes with it and becomes the name behind votes. */
  readonly password: string | null;
  /** True when something in front of this server already asks people to sign in. */
  readonly isOpen: boolean;
  readonly publicUrl: string;
}

export type Access =
  | { readonly kind: "granted" /** What the visitor signed in as. */; readonly userName: string | null }
  | { readonly kind: "sign-in" }
  /** Reachable from outside and nothing protects it. */
  | { readonly kind: "closed" };

/**
 * Who may see the pages. Without a password they are open only to a browser on the same machine, and only while the
 * install has no public address: incident pages quote logs, so "reachable" must not mean "readable".
 */
export function accessOf(policy: AccessPolicy, caller: Origin): Access {
  if (policy.password === null) {
    const isOpen = policy.isOpen || (isLocalAddress(policy.publicUrl) && isFromThisMachine(caller));
    return isOpen ? { kind: "granted", userName: null } : { kind: "closed" };
  }
  const credentials = basicCredentials(caller.headers["authorization"]);
  if (credentials === null || !sameText(credentials.password, policy.password)) return { kind: "sign-in" };
  return { kind: "granted", userName: credentials.userName === "" ? null : credentials.userName };
}

function basicCredentials(authorization: string | undefined) {
  const encoded = /^Basic ([\w+/=-]{1,1000})$/iu.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? null : { userName: text.slice(0, colon).trim(), password: text.slice(colon + 1) };
}

/** Digests have one length, so the comparison tells nothing about the password's. */
function sameText(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
