import { createHash, timingSafeEqual } from "node:crypto";

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

export interface Caller {
  readonly authorization: string | undefined;
  readonly host: string | undefined;
  readonly remoteAddress: string;
}

/**
 * Who may see the pages. Without a password they are open only to a browser on the same machine: incident pages quote
 * logs, and webhooks need a public address, so "reachable" must not mean "readable".
 */
export function accessOf(policy: AccessPolicy, caller: Caller): Access {
  if (policy.password === null) {
    const isOpen = policy.isOpen || (isLoopbackHost(URL.parse(policy.publicUrl)?.hostname) && isSameMachine(caller));
    return isOpen ? { kind: "granted", userName: null } : { kind: "closed" };
  }
  const credentials = basicCredentials(caller.authorization);
  if (credentials === null || !sameText(credentials.password, policy.password)) return { kind: "sign-in" };
  return { kind: "granted", userName: credentials.userName === "" ? null : credentials.userName };
}

/** The address is the socket's; the Host header is checked too, or another site could point its name at us. */
function isSameMachine({ host, remoteAddress }: Caller): boolean {
  const address = remoteAddress.replace(/^::ffff:/u, "");
  return (
    (address === "::1" || address.startsWith("127.")) && isLoopbackHost(URL.parse(`http://${host ?? ""}`)?.hostname)
  );
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

function isLoopbackHost(host: string | undefined): boolean {
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/u.test(host ?? "");
}
