import type { SenderTools } from "../../src/alert-sources/define.ts";
import { UnavailableError } from "../../src/app/errors.ts";
import { InMemoryMarks, ManualClock, RecordingLogger } from "./fakes.ts";

/** What senders' checks may use; nothing can be reached unless a test says what answers. */
export function senderTools(given: Partial<SenderTools> = {}): SenderTools {
  return {
    fetch: ({ url }) => Promise.reject(new UnavailableError("test", { retryable: true, detail: `no way to ${url}` })),
    clock: new ManualClock(),
    logger: new RecordingLogger(),
    marks: new InMemoryMarks(),
    ...given,
  };
}
