import type { CauseKind } from "../analysis.ts";
import { cutSafe, own, ownWords, type Safe, safe, sliceSafe } from "../safe.ts";
import { clockTime } from "../time.ts";
import type { Candidate } from "./candidates.ts";
import type { CaseFile } from "./case-file.ts";
import { settingWords } from "./settings.ts";
import { settingInErrors } from "./signals/diff-names-failure.ts";

const MAX_CHECKS = 4;

const CHECKS: Readonly<Record<CauseKind, (name: Safe) => Safe>> = {
  change: (name) => safe`Compare the error rate of ${name} before and after the change.`,
  "config-change": (name) => safe`Read the values that ${name} runs with now.`,
  "dependency-failure": (name) => safe`Check that ${name} is up and answers its callers.`,
  "third-party-outage": (name) => safe`Read the status page of ${name}, and try one request to it.`,
  "resource-exhaustion": (name) => safe`Compare what ${name} uses with its limit.`,
  memory: (name) => safe`Look at the memory of ${name} since its last restart, and at the last state of its pods.`,
  cpu: (name) => safe`Look at processor use and throttling of ${name}.`,
  certificate: (name) => safe`Read the validity dates of the certificate that ${name} presents.`,
  network: (name) => safe`Resolve and reach the peers of ${name} from where it runs.`,
  "code-error": (name) => safe`Read the first stack trace of ${name} after the errors began.`,
  configuration: (name) => safe`Compare the declared state of ${name} with the objects that it refers to.`,
  scheduling: (name) => safe`Read why the scheduler places no pod of ${name}: its events, its requests, the nodes.`,
  disk: (name) => safe`Look at the disk of ${name}: use, reads and writes a second, waiting time.`,
  infrastructure: (name) => safe`Look at the objects and nodes that ${name} runs on.`,
  unknown: (name) => safe`Read the first failing requests of ${name}.`,
};

/** What to look at to be sure: read-only, at most four. */
export function nextChecksFor(candidate: Candidate, file: CaseFile): readonly Safe[] {
  const { service, object, kind } = candidate;
  const name =
    (kind === "dependency-failure" ? object : null) ?? service ?? object ?? ownWords(own("the changed system"));
  const setting = settingInErrors(candidate, file);
  const ofSetting =
    setting === null
      ? []
      : [safe`Confirm that the running value of ${setting.name} is ${setting.to ?? ownWords(own("gone"))}.`];
  const ofFindings = candidate.findings.flatMap((finding) => finding.nextChecks);
  const ofMeaning = candidate.troubles.flatMap(({ symptom }) => symptom.meaning.suggestedActions);
  return [
    ...new Set([...ofSetting, ...ofFindings, ...mergesOf(service, file), CHECKS[kind](name), ...ofMeaning]),
  ].slice(0, MAX_CHECKS);
}

/** A merge is no cause, but somebody should know that it was not overlooked. */
function mergesOf(service: Safe | null, { observations }: CaseFile): readonly Safe[] {
  const merge = observations.changes.findLast(
    ({ event }) => event.service === service && event.change.kind === "merge",
  );
  if (merge === undefined) return [];
  const { pullRequest, version } = merge.event.change;
  const name = pullRequest === null ? version : safe`#${pullRequest.number} (${cutSafe(titleOf(pullRequest), 60)})`;
  return [safe`Confirm that ${name}, merged at ${clockTime(merge.atMs)} without a deployment record, is not running.`];
}

/** Forges put the number of a pull request behind its title; once is enough. */
function titleOf({ number, title }: { readonly number: number; readonly title: Safe }): Safe {
  const tail = ` (#${number})`;
  return title.endsWith(tail) ? sliceSafe(title, 0, -tail.length) : title;
}

/** What a person could do. Shown, never run. */
export function suggestedActionsFor(candidate: Candidate, file: CaseFile): readonly Safe[] {
  const { change, service, troubles } = candidate;
  if (change === null || troubles.length === 0 || (file.onset !== null && change.atMs > file.onset.atMs)) return [];
  const name = service ?? ownWords(own("the changed system"));
  const { previousVersion, version } = change.event.change;
  const setting = settingInErrors(candidate, file);
  const undone = file.rollbacks.find(({ event, atMs }) => event.service === service && atMs > change.atMs);
  if (undone !== undefined) return [safe`Already rolled back at ${clockTime(undone.atMs)}.`];
  const back =
    previousVersion === null ? safe`Roll back ${version} of ${name}.` : safe`Roll back ${name} to ${previousVersion}.`;
  return setting === null || setting.from === null
    ? [back]
    : [back, safe`Or set back ${settingWords({ ...setting, from: setting.to, to: setting.from })}.`];
}
