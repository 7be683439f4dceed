import { UnavailableError } from "../app/errors.ts";

/** The answer, or `UnavailableError` when it takes longer than allowed. The work itself goes on. */
export async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new UnavailableError("http", { retryable: true, detail: `no answer within ${timeoutMs} ms` })),
    timeoutMs,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
