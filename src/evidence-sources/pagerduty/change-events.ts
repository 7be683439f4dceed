import type { ChangeEvent, ChangeKind } from "../../core/event.ts";
import { eventId } from "../../core/ids.ts";
import { instantNs } from "../../platform/records/instants.ts";
import type { ChangeRecord } from "./answers.ts";

/** A PagerDuty change event as a change; null when it has no readable time. */
export function changeEvent(record: ChangeRecord): ChangeEvent<string> | null {
  const atNs = instantNs(record.timestamp);
  if (atNs === null) return null;
  const ref = `change event ${record.id}`;
  const summary = record.summary ?? "";
  const detail = detailsOf(record);
  return {
    kind: "change",
    id: eventId("pagerduty", ref),
    ref,
    source: "pagerduty",
    atNs,
    observedNs: null,
    service: detail(["service", "service_name"]) ?? serviceOf(record),
    host: null,
    traceId: null,
    spanId: null,
    requestId: null,
    change: {
      ...natureOf(summary),
      version: detail(VERSION_NAMES) ?? versionIn(summary) ?? record.id,
      previousVersion: detail(["previous_version", "previous"]),
      environment: detail(["environment", "env"]),
      by: detail(["by", "user", "author", "actor", "deployed_by"]),
      url: linkOf(record),
      summary,
      files: [],
      pullRequest: null,
    },
  };
}

const VERSION_NAMES = ["version", "sha", "commit", "revision", "tag", "build", "build_version"];

function serviceOf({ services, source }: ChangeRecord): string | null {
  return services?.[0]?.summary ?? source ?? null;
}

function linkOf({ links }: ChangeRecord): string | null {
  return links?.[0]?.href ?? null;
}

function detailsOf(record: ChangeRecord): (names: readonly string[]) => string | null {
  const details = record.custom_details ?? {};
  return (names) => {
    const value = names
      .map((name) => details[name])
      .find((each) => typeof each === "string" || typeof each === "number");
    return value === undefined ? null : String(value);
  };
}

/** Nothing says what a change event is but its words; what they do not say counts as a deploy. */
const NATURES: readonly (readonly [RegExp, ChangeKind])[] = [
  [/\b(?:feature )?flag\b|\btoggle/iu, "flag"],
  [/\bmigrat/iu, "migration"],
  [/\bcertificate|\bcert\b/iu, "certificate"],
  [/\bscal(?:ed|ing)\b/iu, "scaling"],
  [/\bdeploy|\breleas|\brollout|\brolled|\bbuild\b/iu, "deploy"],
  [/\bconfig|\bsetting/iu, "config"],
  [/\bterraform|\binfrastructure/iu, "infrastructure"],
];

function natureOf(summary: string): Pick<ChangeEvent<string>["change"], "kind" | "status"> {
  // GitHub's integration sends merges; a merge alone has not reached anybody.
  if (/\bmerg(?:e|ed)\b/iu.test(summary) && !/\bdeploy/iu.test(summary)) return { kind: "merge", status: "merged" };
  const kind = NATURES.find(([words]) => words.test(summary))?.[1] ?? "deploy";
  if (/\bfail(?:ed|ure)\b/iu.test(summary)) return { kind, status: "failed" };
  return { kind, status: /\broll(?:ed|ing)?[ -]?back\b|\brevert/iu.test(summary) ? "rolled-back" : "deployed" };
}

function versionIn(summary: string): string | null {
  return /\bv?\d+\.\d+(?:\.\d+)?[\w.+-]{0,40}|\b[0-9a-f]{7,40}\b/u.exec(summary)?.[0] ?? null;
}
