import { type LookupAddress, type LookupOptions, lookup as systemLookup } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { UnavailableError } from "../app/errors.ts";
import { isPublicAddress } from "./public-address.ts";
import { readAnswer, type SafeFetchAnswer } from "./safe-fetch-answer.ts";

export type { SafeFetchAnswer } from "./safe-fetch-answer.ts";

export interface SafeFetchRequest {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The answer may not be longer, neither on the wire nor unpacked. */
  readonly maxBytes: number;
  /** The total deadline, up to the last byte. Without one it is half a minute. */
  readonly signal: AbortSignal;
}

export type SafeFetch = (request: SafeFetchRequest) => Promise<SafeFetchAnswer>;

export interface EgressPolicy {
  /**
   * "host" or "host:port" that an administrator named: plain http and inside addresses are allowed for these only. Without a
   * port only the usual one of the scheme is meant.
   */
  readonly allowedHosts: readonly string[];
  readonly lookup?: LookupFunction;
}

const LONGEST_MS = 30_000;
const MAX_URL_CHARS = 8_192;

/**
 * Calls out without being led inside: https on its own port to public addresses, anything else only for hosts on the list.
 * Redirects are errors. Throws `UnavailableError`.
 */
export function createSafeFetch(policy: EgressPolicy): SafeFetch {
  return async (request) => {
    const url = checkedUrl(request.url, policy);
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(LONGEST_MS)]);
    const lookup = isAllowed(url, policy) ? undefined : publicOnly(policy.lookup ?? defaultLookup);
    try {
      return await send(url, { ...request, signal }, lookup);
    } catch (cause) {
      if (cause instanceof UnavailableError) throw cause;
      const detail = signal.aborted ? "no answer in time" : "the connection failed";
      throw new UnavailableError(url.host, { retryable: true, detail: `${url.host}: ${detail}`, cause });
    }
  };
}

const refuse = (system: string, detail: string) =>
  new UnavailableError(system, { retryable: false, detail: `${system}: ${detail}` });

const USUAL_PORT: ReadonlyMap<string, string> = new Map([
  ["http:", "80"],
  ["https:", "443"],
]);

/** Named with its port, or without one and then the port is the usual one. */
function isAllowed({ hostname, port, protocol }: URL, { allowedHosts }: EgressPolicy): boolean {
  const usual = USUAL_PORT.get(protocol);
  if (usual === undefined) return false;
  const withPort = `${hostname}:${port || usual}`;
  return allowedHosts.some((host) => host === withPort || (host === hostname && (port === "" || port === usual)));
}

/** Null for what a URL parser would quietly drop or turn round: that is how one address passes for another. */
function plainUrl(raw: string): URL | null {
  const isPlain = raw.length <= MAX_URL_CHARS && /^[^\s\p{Cc}\\]+$/u.test(raw);
  return isPlain ? URL.parse(raw) : null;
}

function checkedUrl(raw: string, policy: EgressPolicy): URL {
  const url = plainUrl(raw);
  if (url === null) throw refuse("fetch", "not a URL");
  if (/^[a-z]+:\/*[^/?#]*@/iu.test(raw)) throw refuse(url.host, "credentials in the URL are not allowed");
  if (!isAllowed(url, policy)) refuseInside(url);
  return url;
}

function refuseInside(url: URL): void {
  if (url.protocol !== "https:") throw refuse(url.host, "only https is allowed");
  if (url.port !== "") throw refuse(url.host, "only the usual port is allowed");
  // Node does not call `lookup` for literals, so they are checked here; the URL parser has made 0x7f.1 and friends plain.
  const literal = url.hostname.replace(/^\[|\]$/gu, "");
  if (isIP(literal) !== 0 && !isPublicAddress(literal)) throw refuse(url.host, "not a public address");
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
  let isAnswered = false;
  const start = url.protocol === "https:" ? httpsRequest : httpRequest;
  const call = start(
    url,
    {
      method: request.method ?? "GET",
      headers: { ...request.headers, "accept-encoding": "gzip" },
      signal: request.signal,
      // A connection of its own: one from a pool would be to whatever the name led to before.
      agent: false,
      ...(lookup ? { lookup } : {}),
    },
    (response) => {
      isAnswered = true;
      readAnswer(response, { system: url.host, maxBytes: request.maxBytes }).then(resolve, reject);
    },
  );
  call.on("error", reject);
  // Nobody asked for another protocol; Node hands over the socket then, and neither an answer nor an error ever comes.
  call.on("upgrade", (_response, socket) => {
    socket.destroy();
    reject(refuse(url.host, "answered with another protocol"));
  });
  // However it ended, it did: an answer that is being read tells its own end.
  call.on("close", () => {
    if (!isAnswered) reject(new Error("the connection was closed without an answer"));
  });
  call.end(request.body);
  return promise;
}
