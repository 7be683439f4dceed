import { z } from "zod";
import type { EvidenceFailure } from "../../core/evidence.ts";
import { RedirectError } from "../../platform/safe-fetch-hosts.ts";

/** Why something could not be read, in one sentence that says what to do. */
export interface Problem {
  readonly reason: EvidenceFailure;
  readonly detail: string;
}

/** What was read and the permission it needs. */
export interface Reading {
  readonly repository: string;
  readonly what: string;
  readonly permission: string;
}

const Refusal = z.object({
  status: z.number(),
  response: z.object({ headers: z.record(z.string(), z.unknown()) }).optional(),
});

/** Turns what the client threw into a sentence. GitHub answers 404 also where a permission is missing. */
export function problemOf(error: unknown, reading: Reading, signal: AbortSignal): Problem {
  const place = `${reading.what} of ${reading.repository}`;
  if (signal.aborted) return { reason: "timeout", detail: `GitHub did not answer in time for the ${place}` };
  if (isMoved(error)) {
    return {
      reason: "unavailable",
      detail: `GitHub says that ${reading.repository} has moved: write its new name into GITHUB_REPOS`,
    };
  }
  const refusal = Refusal.safeParse(error);
  if (!refusal.success) return { reason: "unavailable", detail: `GitHub could not be reached for the ${place}` };
  return refused(refusal.data, reading);
}

function refused({ status, response }: z.infer<typeof Refusal>, reading: Reading): Problem {
  const place = `${reading.what} of ${reading.repository}`;
  if (status === 401) {
    return { reason: "unauthorized", detail: "GitHub does not accept GITHUB_TOKEN: it is wrong, expired or revoked" };
  }
  if (isLimit(status, response?.headers ?? {})) {
    return { reason: "unavailable", detail: `GitHub's rate limit is used up, so the ${place} were not read` };
  }
  if (status === 403 || status === 404)
    return { reason: "unauthorized", detail: missingPermission(status, place, reading) };
  return { reason: "unavailable", detail: `GitHub answered ${status} for the ${place}` };
}

/** A renamed repository is answered with a redirect, which is not followed. */
function isMoved(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof RedirectError;
}

function missingPermission(status: number, place: string, { permission, repository }: Reading): string {
  return `GitHub answered ${status} for the ${place}: give the token access to ${repository} and the permission "${permission}"`;
}

function isLimit(status: number, headers: Readonly<Record<string, unknown>>): boolean {
  return status === 429 || (status === 403 && (headers["x-ratelimit-remaining"] === "0" || "retry-after" in headers));
}
