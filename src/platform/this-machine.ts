import { BlockList, isIP } from "node:net";
import type { HttpRequest } from "./http-route.ts";

/** What a request shows of where it comes from. */
export type Origin = Pick<HttpRequest, "headers" | "remoteAddress">;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/**
 * True while people reach this install on its own machine only. As soon as its address is anything else, something brings
 * strangers here, and behind a proxy or tunnel on this machine they look like this machine itself.
 */
export function isLocalAddress(publicUrl: string): boolean {
  return isLoopbackHost(URL.parse(publicUrl)?.hostname);
}

/**
 * True for a request from this very machine: its socket says so, it names this machine as its host, and no proxy says that
 * it passed somebody on. A tunnel that says nothing cannot be told from this machine; `isLocalAddress` has to be asked too.
 */
export function isFromThisMachine(request: Origin): boolean {
  const { headers, remoteAddress } = request;
  // Another site can point its name at this machine (DNS rebinding); a proxy names whom it asks.
  const names = isLoopbackHost(URL.parse(`http://${headers["host"] ?? ""}`)?.hostname);
  return names && isLoopback(remoteAddress) && !cameThroughProxy(request);
}

const PROXY_HEADERS: ReadonlySet<string> = new Set(["forwarded", "via", "x-real-ip", "cf-connecting-ip"]);

function cameThroughProxy({ headers }: Origin): boolean {
  return Object.keys(headers).some((name) => PROXY_HEADERS.has(name) || name.startsWith("x-forwarded-"));
}

function isLoopback(remoteAddress: string): boolean {
  const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/u, "");
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 4 ? "ipv4" : "ipv6");
}

/** As a URL parser writes it. */
function isLoopbackHost(hostname: string | undefined): boolean {
  if (hostname === undefined) return false;
  return hostname === "localhost" || hostname.endsWith(".localhost") || isLoopback(hostname.replace(/^\[|\]$/gu, ""));
}
