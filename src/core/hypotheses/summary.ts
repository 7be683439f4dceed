import type { CauseKind } from "../analysis.ts";
import type { ChangeKind } from "../event.ts";
import { cutSafe, own, ownWords, type Safe, safe, sliceSafe } from "../safe.ts";
import { clockTime, duration } from "../time.ts";
import type { Candidate } from "./candidates.ts";
import { type CaseFile, complaintsAbout, isVagueTrouble, type Trouble } from "./case-file.ts";
import { compareText } from "./resource-facts.ts";
import { settingWords } from "./settings.ts";
import { settingInErrors } from "./signals/diff-names-failure.ts";
import { times } from "./words.ts";

const MAX_SUMMARY = 300;
/** Of what a log line said: enough to know it again; the whole of it stands in the evidence. */
const QUOTED = 90;

const CHANGE_WORDS: Readonly<Record<ChangeKind, string>> = {
  deploy: "Deploy",
  rollout: "Rollout",
  config: "Configuration change",
  flag: "Feature flag",
  scaling: "Scaling",
  migration: "Migration",
  certificate: "Certificate change",
  infrastructure: "Infrastructure change",
  merge: "Merge",
};

/** One sentence: what changed or broke, and how far from the first error. */
export function summarise(candidate: Candidate, file: CaseFile): Safe {
  return cutSafe(
    candidate.change === null ? summariseFailure(candidate, file) : summariseChange(candidate, file),
    MAX_SUMMARY,
  );
}

function summariseChange(candidate: Candidate, file: CaseFile): Safe {
  const { change, service } = candidate;
  if (change === null) return summariseFailure(candidate, file);
  const [found] = candidate.findings;
  // A detector that judged this very change says more than the distance to errors that nobody logged.
  if (found !== undefined && candidate.troubles.length === 0) return found.summary;
  const what = ownWords(own(CHANGE_WORDS[change.event.change.kind]));
  const where = service === null ? safe`` : safe` of ${service}`;
  const whenAndWhat = safe`${what} ${change.event.change.version}${where} at ${clockTime(change.atMs)}`;
  return safe`${whenAndWhat}${changedWords(candidate, file)}; ${distanceWords(candidate, file)}`;
}

function changedWords(candidate: Candidate, file: CaseFile): Safe {
  const setting = settingInErrors(candidate, file) ?? candidate.settings[0];
  return setting === undefined ? safe`` : safe` changed ${settingWords(setting)}`;
}

function distanceWords({ change, troubles }: Candidate, { onset }: CaseFile): Safe {
  if (change === null) return safe``;
  if (onset !== null && change.atMs > onset.atMs)
    return safe`it took effect ${duration(change.atMs - onset.atMs)} after the first error`;
  const [first] = troubles.toSorted((a, b) => a.symptom.firstAtMs - b.symptom.firstAtMs);
  if (first === undefined) return safe`no new error there since`;
  const leadMs = first.symptom.firstAtMs - change.atMs;
  return leadMs < 0
    ? safe`errors there began ${duration(leadMs)} before it`
    : safe`first error ${duration(leadMs)} later`;
}

function summariseFailure(candidate: Candidate, file: CaseFile): Safe {
  // Where requests break is worth a headline only when nobody says in words what broke.
  const found = candidate.findings.find(({ isLocation }) => isLocation !== true || candidate.troubles.length === 0);
  if (found !== undefined) return found.summary;
  const telling = tellingTroubles(candidate);
  const told = telling.every(isVagueTrouble) ? complaintsAbout(file, candidate.service) : [];
  const loudest = (told.length > 0 ? told : telling).toSorted(loudestFirst)[0];
  if (loudest === undefined) return failureWords(candidate);
  const { symptom, quote, service } = loudest;
  const who = service === candidate.service ? safe`` : safe`${service} reports `;
  return safe`${failureWords(candidate)}: ${who}"${shortQuote(quote)}" ${times(symptom.count)} from ${clockTime(symptom.firstAtMs)}`;
}

/** Cut between words, so that no half word stands at the end. */
function shortQuote(quote: Safe): Safe {
  if (quote.length <= QUOTED) return quote;
  const end = quote.lastIndexOf(" ", QUOTED - 1);
  return end < QUOTED / 2 ? cutSafe(quote, QUOTED) : safe`${sliceSafe(quote, 0, end)} …`;
}

/** The troubles that are about what the summary names. */
function tellingTroubles({ troubles, object }: Candidate): readonly Trouble[] {
  const about = troubles.filter(({ blames }) => blames === null || blames.name === object);
  return about.length > 0 ? about : troubles;
}

function loudestFirst({ symptom: a }: Trouble, { symptom: b }: Trouble): number {
  return b.count - a.count || a.firstAtMs - b.firstAtMs || compareText(a.id, b.id);
}

const RESOURCE_WORDS: Readonly<Record<string, string>> = {
  "connection-pool": "its connection pool is exhausted",
  disk: "its disk is full",
  quota: "a quota is used up",
  "rate-limit": "it is over a rate limit",
};

const MEMORY_WORDS: Readonly<Record<string, string>> = {
  "oom-kill": "was killed for using too much memory",
  "out-of-memory": "ran out of memory",
  leak: "uses ever more memory",
};

const FAILURES: Readonly<Record<CauseKind, (name: Safe, fine: Safe, object: Safe | null) => Safe>> = {
  "third-party-outage": (name) => safe`${name}, an outside service, fails`,
  "dependency-failure": (name, _fine, object) =>
    object === null || object === name ? safe`${name} fails its callers` : safe`${name} cannot use ${object}`,
  "resource-exhaustion": (name, fine) =>
    safe`${name}: ${ownWords(own(RESOURCE_WORDS[fine] ?? "a resource is used up"))}`,
  memory: (name, fine) => safe`${name} ${ownWords(own(MEMORY_WORDS[fine] ?? "is short of memory"))}`,
  certificate: (name) => safe`A certificate of ${name} is not valid`,
  cpu: (name) => safe`${name} is short of processor time`,
  network: (name, fine) => safe`The network of ${name} fails (${fine})`,
  infrastructure: (name, fine) => safe`What ${name} runs on fails (${fine})`,
  "code-error": (name, fine) => safe`${name} fails in its own code (${fine})`,
  configuration: (name, fine) => safe`What ${name} is declared to be does not fit (${fine})`,
  scheduling: (name, fine) => safe`${name} finds no node to run on (${fine})`,
  disk: (name, fine) => safe`The disk of ${name} is the bottleneck (${fine})`,
  change: (name) => safe`${name} fails`,
  "config-change": (name) => safe`${name} fails`,
  unknown: (name) => safe`${name} fails`,
};

function failureWords({ kind, detail, service, object }: Candidate): Safe {
  const name = service ?? ownWords(own("an unknown service"));
  return FAILURES[kind](name, detail ?? ownWords(own("failing")), object);
}
