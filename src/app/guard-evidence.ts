import type { Evidence, EvidenceFailure, EvidenceQuery } from "../core/evidence.ts";
import { joinSafe, own, ownWords, type Safe, safe } from "../core/safe.ts";
import { AppError, UnavailableError } from "./errors.ts";
import type { EvidencePort } from "./ports.ts";
import type { Redactor } from "./redactor.ts";

export type GatherRaw = (query: EvidenceQuery, signal: AbortSignal) => Promise<Evidence<string>>;

export interface EvidenceGuard {
  readonly deadlineMs: number;
  readonly redactor: Redactor;
}

const MAX_EVENTS = 200_000;

/** Puts a deadline and redaction around a source. Whatever it does, the answer is evidence or a stated failure; never throws. */
export function guardEvidence(name: string, gather: GatherRaw, guard: EvidenceGuard): EvidencePort {
  return {
    name,
    gather: async (query, signal) => {
      try {
        const raw = await withinDeadline((limited) => gather(query, limited), guard.deadlineMs, signal);
        return guard.redactor.evidence(bounded(raw));
      } catch (cause) {
        return failure(cause, guard);
      }
    },
  };
}

/** Stands in for a source that is switched off, so that the gap is stated. */
export function evidenceNotConfigured(name: string, howToConfigure: Safe): EvidencePort {
  return { name, gather: () => Promise.resolve({ status: "not-configured", detail: howToConfigure }) };
}

class Interrupted extends Error {
  readonly because: "deadline" | "stopped";

  constructor(because: "deadline" | "stopped") {
    super(because);
    this.name = "Interrupted";
    this.because = because;
  }
}

/** Ends in time even when the source does not listen to its signal. */
async function withinDeadline<T>(
  run: (signal: AbortSignal) => Promise<T>,
  deadlineMs: number,
  outer: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  // Nobody may be waiting for it any more when it comes.
  interrupted.catch(() => {});
  const interrupt = (because: "deadline" | "stopped") => {
    const reason = new Interrupted(because);
    reject(reason);
    controller.abort(reason);
  };
  const stop = () => interrupt("stopped");
  const timer = setTimeout(() => interrupt("deadline"), deadlineMs);
  outer.addEventListener("abort", stop, { once: true });
  try {
    if (outer.aborted) stop();
    return await Promise.race([interrupted, run(controller.signal)]);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener("abort", stop);
  }
}

function bounded(evidence: Evidence<string>): Evidence<string> {
  if (evidence.status !== "found" || evidence.events.length <= MAX_EVENTS) return evidence;
  const cut = `kept the first ${MAX_EVENTS} of ${evidence.events.length} records`;
  const partial = evidence.partial === null ? cut : `${evidence.partial}; ${cut}`;
  return { ...evidence, events: evidence.events.slice(0, MAX_EVENTS), partial };
}

function failure(cause: unknown, guard: EvidenceGuard): Evidence {
  return { status: "failed", reason: reasonOf(cause), detail: detailOf(cause, guard) };
}

function reasonOf(cause: unknown): EvidenceFailure {
  if (isInterruption(cause)) return "timeout";
  if (cause instanceof UnavailableError) return "unavailable";
  if (cause instanceof AppError) return cause.code === "forbidden" ? "unauthorized" : "invalid";
  return "invalid";
}

function detailOf(cause: unknown, { deadlineMs, redactor }: EvidenceGuard): Safe {
  if (cause instanceof Interrupted && cause.because === "stopped") return ownWords(own("stopped before it answered"));
  if (isInterruption(cause)) return safe`no answer within ${Math.round(deadlineMs / 100) / 10} s`;
  const detail = cause instanceof Error ? redactor.text(cause.message.slice(0, 500)) : ownWords(own("failed"));
  const isExpected = cause instanceof UnavailableError || cause instanceof AppError;
  return isExpected ? detail : joinSafe([ownWords(own("failed unexpectedly")), detail], "; ");
}

/** A source may pass on our own abort as its client's error. */
function isInterruption(cause: unknown): boolean {
  if (cause instanceof Interrupted) return true;
  return cause instanceof Error && (cause.name === "AbortError" || cause.name === "TimeoutError");
}
