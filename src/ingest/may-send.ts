import { createHash, timingSafeEqual } from "node:crypto";
import { DEFAULT_TENANT, type TenantId } from "../core/ids.ts";
import type { HttpRequest } from "../platform/http-route.ts";
import { isFromThisMachine, isLocalAddress, type Origin } from "../platform/this-machine.ts";

/** A secret that lets its holder send for one tenant. */
export interface IngestToken {
  readonly tenant: TenantId;
  readonly token: string;
}

/** What decides who may send. */
export interface SendingPolicy {
  readonly tokens: readonly IngestToken[];
  /** Where people reach this install. */
  readonly publicUrl: string;
}

/**
 * For whom this request may send; null for nobody. With tokens: whoever shows one, as a bearer or as Firehose's access
 * key. Without, and only while the install has no public address: programs on this very machine, never a web page in a
 * browser on it.
 */
export function senderOf(request: Origin, { tokens, publicUrl }: SendingPolicy): TenantId | null {
  if (tokens.length === 0) {
    const isProgramHere = isLocalAddress(publicUrl) && isFromThisMachine(request) && !cameFromPage(request);
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

/** Browsers say which page sends, and programs do not. */
function cameFromPage({ headers }: Pick<HttpRequest, "headers">): boolean {
  return headers["origin"] !== undefined || headers["sec-fetch-site"] !== undefined;
}

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();
