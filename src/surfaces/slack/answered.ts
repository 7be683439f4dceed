import { ForbiddenError } from "../../app/access/access.ts";
import { AppError, type AppErrorCode, UnavailableError } from "../../app/errors.ts";
import { type Safe, safe } from "../../core/safe.ts";
import type { Desk } from "./desk.ts";
import type { Drawing } from "./drawing/message.ts";
import { say } from "./words/replies.ts";

/** Runs what a person asked for; when it fails, the answer says whose move is next. Never throws. */
export async function answered(desk: Desk, work: () => Promise<Drawing>): Promise<Drawing> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ForbiddenError) return say(error.words);
    if (error instanceof AppError) return say(APP_ERRORS[error.code]);
    if (error instanceof UnavailableError) {
      desk.logger.warn(
        { system: error.system, retryable: error.retryable },
        "a request from slack met a silent system",
      );
      return say(error.retryable ? LATER : REFUSED);
    }
    if (error instanceof Error && error.name === "TimeoutError") {
      desk.logger.warn({}, "a request from slack met a silent system");
      return say(LATER);
    }
    desk.logger.error({ error: error instanceof Error ? error.name : "unknown" }, "a request from slack failed");
    return say(safe`TraceOps failed to do this. Nothing is lost; its log says why. Please try again.`);
  }
}

const LATER = safe`A system that TraceOps needs for this does not answer. Please try again in a minute.`;
const REFUSED = safe`A system that TraceOps needs for this refused. The word "doctor" names the setting to fix.`;

const APP_ERRORS: Readonly<Record<AppErrorCode, Safe>> = {
  "not-found": safe`This is not known here any more.`,
  "invalid-input": safe`TraceOps could not read that. The word "help" shows how to type it.`,
  conflict: safe`Somebody else changed this at the same moment. Please look again and repeat it.`,
  forbidden: safe`You may not do this. An administrator of TraceOps can allow it.`,
};
