import { type LookupAddress, type LookupOptions, lookup as systemLookup } from "node:dns";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { UnavailableError } from "../app/errors.ts";
import { isPublicAddress } from "./public-address.ts";

export interface SafeFetchRequest {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The answer may not be longer. */
  readonly maxBytes: number;
  /** The total deadline, up to the last byte. */
  readonly signal: AbortSignal;
}

export interface SafeFetchAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

export type SafeFetch = (request: SafeFetchRequest) => Promise<SafeFetchAnswer>;

export interface EgressPolicy {
  /** "host" or "host:port" that an administrator named: plain http and inside addresses are allowed for these only. */
  readonly allowedHosts: readonly string[];
  readonly lookup?: LookupFunction;
}

/**
 * Calls out without being led inside: https to public addresses, anything else only for hosts on the list.
 * Redirects are errors. Throws `UnavailableError`.
 */
export function createSafeFetch(policy: EgressPolicy): SafeFetch {
  return async (request) => {
    const url = checkedUrl(request.url, policy);
    try {
      return await send(url, request, isAllowed(url, policy) ? undefined : publicOnly(policy.lookup ?? defaultLookup));
    } catch (cause) {
      if (cause instanceof UnavailableError) throw cause;
      const detail = request.signal.aborted ? "no answer in time" : "the connection failed";
      throw new UnavailableError(url.host, { retryable: true, detail: `${url.host}: ${detail}`, cause });
    }
  };
}

const refuse = (system: string, detail: string) =>
  new UnavailableError(system, { retryable: false, detail: `${system}: ${detail}` });

const isAllowed = (url: URL, policy: EgressPolicy) =>
  policy.allowedHosts.some((host) => host === url.host || host === url.hostname);

function checkedUrl(raw: string, policy: EgressPolicy): URL {
  const url = URL.canParse(raw) ? new URL(raw) : null;
  if (!url) throw refuse("fetch", "not a URL");
  if (url.username || url.password) throw refuse(url.host, "credentials in the URL are not allowed");
  if (isAllowed(url, policy) && ["http:", "https:"].includes(url.protocol)) return url;
  if (url.protocol !== "https:") throw refuse(url.host, "only https is allowed");
  // Node does not call `lookup` for literals, so they are checked here; the URL parser has made 0x7f.1 and friends plain.
  const literal = url.hostname.replace(/^\[|\]$/gu, "");
  if (isIP(literal) !== 0 && !isPublicAddress(literal)) throw refuse(url.host, "not a public address");
  return url;
}

const defaultLookup: LookupFunction = (hostname, options, callback) => systemLookup(hostname, options, callback);

/** Checks the very addresses that the socket will use, so a name cannot change its mind in between. */
function publicOnly(lookup: LookupFunction): LookupFunction {
  return (hostname, options: LookupOptions, callback) =>
    lookup(hostname, options, (error, found: string | LookupAddress[], family) => {
      if (error) return callback(error, found, family);
      const addresses = typeof found === "string" ? [found] : found.map(({ address }) => address);
      if (addresses.length > 0 && addresses.every(isPublicAddress)) return callback(null, found, family);
      callback(refuse(hostname, "does not lead to a public address"), found, family);
    });
}

function send(url: URL, request: SafeFetchRequest, lookup: LookupFunction | undefined): Promise<SafeFetchAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<SafeFetchAnswer>();
  const start = url.protocol === "https:" ? httpsRequest : httpRequest;
  const call = start(
    url,
    {
      method: request.method ?? "GET",
      headers: { ...request.headers, "accept-encoding": "identity" },
      signal: request.signal,
      agent: false,
      ...(lookup ? { lookup } : {}),
    },
    (response) => {
      readAnswer(url, response, request.maxBytes).then(resolve, reject);
    },
  );
  call.on("error", reject);
  call.end(request.body);
  return promise;
}

async function readAnswer(url: URL, response: IncomingMessage, maxBytes: number): Promise<SafeFetchAnswer> {
  const status = response.statusCode ?? 0;
  try {
    if (status >= 300 && status < 400) throw refuse(url.host, "answered with a redirect");
    if ((response.headers["content-encoding"] ?? "identity") !== "identity") throw refuse(url.host, "sent packed data");
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response) {
      const bytes = Buffer.from(chunk);
      length += bytes.length;
      if (length > maxBytes) throw refuse(url.host, `the answer is longer than ${maxBytes} bytes`);
      chunks.push(bytes);
    }
    const headers = Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(", ")]);
    return { status, headers: Object.fromEntries(headers), body: Buffer.concat(chunks) };
  } finally {
    response.destroy();
  }
}
