import { createHash, timingSafeEqual } from "node:crypto";
import { BlockList, isIP } from "node:net";
import type { HttpRequest } from "../platform/http-route.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** With tokens: whoever shows one. Without: only programs on this very machine, and never through a proxy. */
export function maySend(request: HttpRequest, tokens: readonly string[]): boolean {
  if (tokens.length === 0) return isLoopback(request.remoteAddress) && !cameThroughProxy(request);
  const given = /^bearer +(\S{1,4096})$/iu.exec((request.headers["authorization"] ?? "").trim())?.[1];
  if (given === undefined) return false;
  const digest = sha256(given);
  return tokens.some((token) => timingSafeEqual(sha256(token), digest));
}

function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 4 ? "ipv4" : "ipv6");
}

/** A proxy on the same machine makes everybody look local. */
function cameThroughProxy({ headers }: HttpRequest): boolean {
  return ["forwarded", "x-forwarded-for", "x-real-ip", "via"].some((name) => headers[name] !== undefined);
}

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();
