/** Waits for a promise no longer than the signal allows; for clients that do not listen to signals while they wait. */
export async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new DOMException("the deadline has passed", "AbortError"));
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    // Nobody waits for it any more, so its failure must not count as unhandled.
    promise.catch(() => undefined);
  }
}
