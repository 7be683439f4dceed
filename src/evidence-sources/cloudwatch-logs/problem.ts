import type { EvidenceFailure } from "../../core/evidence.ts";
import type { LogGroup } from "./settings.ts";

export interface Problem {
  readonly reason: EvidenceFailure;
  readonly detail: string;
}

/** Where it happened, for the sentence. */
export interface Place {
  readonly region: string;
  readonly groups: readonly LogGroup[];
}

const INSIGHTS_ACTIONS = "logs:StartQuery, logs:GetQueryResults and logs:StopQuery";

/** What to do about an error of the AWS client, in one sentence. */
export function problemOf(error: unknown, place: Place, signal: AbortSignal): Problem {
  if (signal.aborted) return { reason: "timeout", detail: `CloudWatch Logs did not finish in time in ${place.region}` };
  const { name, message } = error instanceof Error ? error : { name: "", message: "" };
  const known = KNOWN.get(name);
  if (known) return known(place, message);
  const which = name === "" ? "" : ` (${name})`;
  return { reason: "unavailable", detail: `CloudWatch Logs in ${place.region} could not be asked${which}` };
}

type Explain = (place: Place, message: string) => Problem;

const explain =
  (reason: EvidenceFailure, words: (place: Place, message: string) => string): Explain =>
  (place, message) => ({ reason, detail: words(place, message) });

const accessDenied = explain("unauthorized", (place, message) => missingAction(message, place));
const expired = explain("unauthorized", ({ region }) => `the AWS credentials have expired (${region})`);
const unknownKeys = explain("unauthorized", ({ region }) => `AWS does not accept these credentials in ${region}`);

/** By the name of the error, never by its words. */
const KNOWN: ReadonlyMap<string, Explain> = new Map([
  ["AccessDeniedException", accessDenied],
  ["AccessDenied", accessDenied],
  ["ExpiredTokenException", expired],
  ["ExpiredToken", expired],
  ["UnrecognizedClientException", unknownKeys],
  ["InvalidSignatureException", unknownKeys],
  [
    "CredentialsProviderError",
    explain(
      "unauthorized",
      () =>
        "no AWS credentials were found: give TraceOps a role, AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ),
  ],
  [
    "ResourceNotFoundException",
    explain("invalid", (place) => `a log group does not exist in ${place.region}: ${namesOf(place)}`),
  ],
  [
    "LimitExceededException",
    explain("unavailable", ({ region }) => `too many Logs Insights queries are running in ${region}`),
  ],
  ["ThrottlingException", explain("unavailable", ({ region }) => `CloudWatch Logs throttled the reading in ${region}`)],
  ["QueryEnded", explain("unavailable", ({ region }, message) => `${message} in ${region}`)],
]);

/** AWS names the refused action and resource in its message; both are quoted, so that the fix can be copied. */
function missingAction(message: string, place: Place): string {
  const refused = /perform: (logs:[A-Za-z]{3,40})/u.exec(message)?.[1];
  const resource = /on resource: (arn:[\w:/.#*-]{1,500})/u.exec(message)?.[1];
  const needed = refused === "logs:FilterLogEvents" ? "logs:FilterLogEvents" : INSIGHTS_ACTIONS;
  const arns = resource ?? place.groups.slice(0, 3).map(arnOf).join(", ");
  return `AWS refused ${refused ?? "the reading"} in ${place.region}: add ${needed} on ${arns} to the role`;
}

function arnOf({ region, group }: LogGroup): string {
  return group.startsWith("arn:") ? `${group}:*` : `arn:aws:logs:${region}:*:log-group:${group}:*`;
}

function namesOf({ groups }: Place): string {
  const names = groups.slice(0, 5).map(({ group }) => group);
  return `${names.join(", ")}${groups.length > names.length ? ", …" : ""}`;
}

/** A query that ended otherwise than complete. */
export class QueryEnded extends Error {
  constructor(status: string) {
    super(`the Logs Insights query ended as ${status}`);
    this.name = "QueryEnded";
  }
}
