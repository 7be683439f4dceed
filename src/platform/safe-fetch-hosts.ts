import { UnavailableError } from "../app/errors.ts";

/** Where one vendor's library may call, and for how long and how much. */
export interface HostPolicy {
  /** Origins that the vendor fixed or an administrator named: "https://slack.com"; "https://*.slack.com" means all names below. */
  readonly origins: readonly string[];
  /** The total deadline of a call, up to the last byte; the caller's own signal may end it earlier. */
  readonly timeoutMs: number;
  /** The longest answer, unpacked. */
  readonly maxBytes: number;
}

/** The part of WHATWG fetch that libraries use. */
export type HostFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The server wants to be asked somewhere else; it is not followed. */
export class RedirectError extends UnavailableError {
  constructor(host: string) {
    super(host, { retryable: false, detail: `${host}: answered with a redirect` });
    this.name = "RedirectError";
  }
}

/**
 * A fetch to hand to a vendor's library: it reaches these origins only, follows no redirect, and ends. Addresses are not
 * looked at, because the names come from the vendor or the administrator, and TLS proves them. Throws `UnavailableError` for
 * another origin and `RedirectError` for a redirect; what fails on the way is thrown as fetch throws it.
 */
export function createHostFetch(policy: HostPolicy): HostFetch {
  return async (input, init) => {
    const url = allowedUrl(input, policy);
    const signal = withDeadline(init?.signal ?? (input instanceof Request ? input.signal : null), policy.timeoutMs);
    const response = await fetch(input, { ...init, redirect: "manual", signal });
    if (!REDIRECTS.has(response.status)) return bounded(response, policy.maxBytes);
    await response.body?.cancel();
    throw new RedirectError(url.host);
  };
}

function allowedUrl(input: string | URL | Request, { origins }: HostPolicy): URL {
  const url = new URL(input instanceof Request ? input.url : input);
  if (url.username === "" && url.password === "" && origins.some((origin) => covers(origin, url))) return url;
  throw new UnavailableError(url.host, { retryable: false, detail: `${url.host}: calls to there are not allowed` });
}

function withDeadline(given: AbortSignal | null, timeoutMs: number): AbortSignal {
  const deadline = AbortSignal.timeout(timeoutMs);
  return given === null ? deadline : AbortSignal.any([given, deadline]);
}

function covers(origin: string, url: URL): boolean {
  const below = /^https:\/\/\*(\.[a-z0-9.-]+)$/u.exec(origin)?.[1];
  return below === undefined
    ? url.origin === origin
    : url.protocol === "https:" && url.port === "" && url.hostname.endsWith(below);
}

/** The same answer, whose body fails when it is longer than allowed. */
function bounded(response: Response, maxBytes: number): Response {
  if (response.body === null) return response;
  let length = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      length += chunk.byteLength;
      if (length > maxBytes) controller.error(new TypeError(`the answer is longer than ${maxBytes} bytes`));
      else controller.enqueue(chunk);
    },
  });
  const { status, statusText, headers, url } = response;
  const answer = new Response(response.body.pipeThrough(counter), { status, statusText, headers });
  // An answer that is made by hand has no address of its own, and libraries read it.
  return Object.defineProperty(answer, "url", { value: url });
}
