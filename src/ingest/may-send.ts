import { createHash, timingSafeEqual } from "node:crypto";
import { BlockList, isIP } from "node:net";
import { DEFAULT_TENANT, type TenantId } from "../core/ids.ts";
import type { HttpRequest } from "../platform/http-route.ts";

/** A secret that lets its holder send for one tenant. */
export interface IngestToken {
  readonly tenant: TenantId;
  readonly token: string;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/**
 * For whom this request may send; null for nobody. With tokens: whoever shows one, as a bearer or as Firehose's access
 * key. Without: only programs on this very machine, never through a proxy, and never a web page in a browser on it.
 */
export function senderOf(
  request: Pick<HttpRequest, "headers" | "remoteAddress">,
  tokens: readonly IngestToken[],
): TenantId | null {
  if (tokens.length === 0) {
    const isProgramHere = isLoopback(request.remoteAddress) && !cameThroughProxy(request) && !cameFromPage(request);
    return isProgramHere ? DEFAULT_TENANT : null;
  }
  const given = tokenIn(request);
  if (given === null) return null;
  const digest = sha256(given);
  // Every token is compared, so that the time tells nothing about which one it was.
  let tenant: TenantId | null = null;
  for (const each of tokens) if (timingSafeEqual(sha256(each.token), digest)) tenant ??= each.tenant;
  return tenant;
}

function tokenIn({ headers }: Pick<HttpRequest, "headers">): string | null {
  const bearer = /^bearer +(\S{1,4096})$/iu.exec((headers["authorization"] ?? "").trim())?.[1];
  if (bearer !== undefined) return bearer;
  const accessKey = (headers["x-amz-firehose-access-key"] ?? "").trim();
  return accessKey !== "" && accessKey.length <= 4096 ? accessKey : null;
}

function isLoopback(address: string): boolean {
  if (address === "127.0.0.1" || address === "::ffff:127.0.0.1") return true;
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 4 ? "ipv4" : "ipv6");
}

/** A proxy on the same machine makes everybody look local. */
function cameThroughProxy({ headers }: Pick<HttpRequest, "headers">): boolean {
  return ["forwarded", "x-forwarded-for", "x-real-ip", "via"].some((name) => headers[name] !== undefined);
}

/**
 * Browsers say which page sends, and programs do not. A page whose name was made to mean this machine says its own name as
 * `Host` (DNS rebinding).
 */
function cameFromPage({ headers }: Pick<HttpRequest, "headers">): boolean {
  if (headers["origin"] !== undefined || headers["sec-fetch-site"] !== undefined) return true;
  const host = headers["host"] ?? "localhost";
  if (!URL.canParse(`http://${host}`)) return true;
  const address = new URL(`http://${host}`).hostname;
  const isName = isIP(address.replace(/^\[|\]$/gu, "")) === 0;
  return isName && address !== "localhost" && !address.endsWith(".localhost") && address.includes(".");
}

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();
