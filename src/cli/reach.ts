import { createHostFetch, type HostFetch } from "../platform/safe-fetch-hosts.ts";

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 1_048_576;

/** The way to the TraceOps that the person named, and to nothing else. */
export function reach(url: URL): HostFetch {
  return createHostFetch({ origins: [url.origin], timeoutMs: TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES });
}
