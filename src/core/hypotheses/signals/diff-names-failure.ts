import type { EventId } from "../../ids.ts";
import { cutSafe, type Safe, safe } from "../../safe.ts";
import type { FailureCategory } from "../../semantics/meaning.ts";
import type { Candidate } from "../candidates.ts";
import type { CaseFile, Trouble } from "../case-file.ts";
import type { ChangedSetting } from "../settings.ts";
import type { Signal, SignalHit } from "../signal.ts";

const SETTING_NAMED = 260;
const VALUE_NAMED = 240;
const SAME_TOPIC = 200;
const FILE_IN_STACK = 230;

// Which words in a setting's name belong to which failure: general vocabulary of configuration.
const TOPICS: readonly { readonly words: RegExp; readonly categories: readonly FailureCategory[] }[] = [
  { words: /^(?:pool|connections?|conns?|maxconn|idle)$/u, categories: ["connection-pool"] },
  { words: /^(?:timeouts?|deadline|wait)$/u, categories: ["timeout", "upstream-error", "dependency-unreachable"] },
  { words: /^(?:memory|mem|heap|xmx|cache|buffer)$/u, categories: ["memory"] },
  { words: /^(?:certs?|certificates?|tls|ssl|ca|truststore|keystore)$/u, categories: ["certificate"] },
  {
    words: /^(?:hosts?|hostname|urls?|uri|endpoints?|address|addr|port|dsn|dns)$/u,
    categories: ["dependency-unreachable", "connection-refused", "name-resolution", "upstream-error", "timeout"],
  },
  {
    words: /^(?:tokens?|keys?|secrets?|passwords?|credentials?|users?|username|role|auth)$/u,
    categories: ["authentication", "authorization"],
  },
  { words: /^(?:rate|limits?|quota|throttle|burst|qps|rps)$/u, categories: ["rate-limit", "quota"] },
  { words: /^(?:disk|volume|storage|retention)$/u, categories: ["disk", "read-only"] },
  { words: /^(?:cpu|threads?|workers?|concurrency)$/u, categories: ["cpu-throttling", "connection-pool"] },
];

export const diffNamesFailure: Signal = {
  question: "Does the diff touch the setting or the file that the errors are about?",
  family: "content",
  ask(candidate, file) {
    const { change } = candidate;
    if (change === null) return [];
    const after = candidate.troubles.filter(({ symptom }) => symptom.lastAtMs >= change.atMs);
    return after.flatMap((trouble) => [
      ...candidate.settings.flatMap((setting) => settingHit(setting, trouble, { candidate, file })),
      ...stackHit(candidate, trouble, file),
    ]);
  },
};

/** The changed setting that the errors are most about; null when they are about none. */
export function settingInErrors(candidate: Candidate, file: CaseFile): ChangedSetting | null {
  const rated = candidate.settings.map((setting) => ({
    setting,
    points: Math.max(0, ...candidate.troubles.map((trouble) => closeness(setting, trouble, file))),
  }));
  return rated.toSorted((a, b) => b.points - a.points).find(({ points }) => points > 0)?.setting ?? null;
}

interface Asked {
  readonly candidate: Candidate;
  readonly file: CaseFile;
}

function settingHit(setting: ChangedSetting, trouble: Trouble, { candidate, file }: Asked): readonly SignalHit[] {
  const points = closeness(setting, trouble, file);
  if (points === 0) return [];
  const where = setting.path === null ? safe`` : safe` in ${cutSafe(setting.path, 80)}`;
  const link = points === SETTING_NAMED ? safe`the errors name` : safe`the errors fit`;
  const because = safe`${link} ${setting.name}, which it changed${where}: "${trouble.quote}"`;
  return [{ points, because, evidenceIds: citing(candidate, trouble) }];
}

function closeness(setting: ChangedSetting, trouble: Trouble, file: CaseFile): number {
  const texts = textsOf(trouble, file);
  const name = setting.name.toLowerCase();
  const isNamed = trouble.symptom.meaning.setting?.toLowerCase() === name || texts.some((text) => hasWord(text, name));
  if (isNamed) return SETTING_NAMED;
  if (!isSameTopic(setting.name, trouble.symptom.meaning.category)) return 0;
  return texts.some((text) => hasValue(text, setting.to)) ? VALUE_NAMED : SAME_TOPIC;
}

function textsOf({ symptom }: Trouble, { observations }: CaseFile): readonly string[] {
  const bodies = symptom.sampleIds.flatMap((id) => {
    const event = observations.byId.get(id);
    return event?.kind === "log" ? [event.body.toLowerCase()] : [];
  });
  return [symptom.template.toLowerCase(), ...bodies];
}

function hasWord(text: string, word: string): boolean {
  // A name without a joint ("limit", "value") is an ordinary word and proves nothing.
  if (!/[_.-]/u.test(word) && word.length < 12) return false;
  return text.includes(word);
}

function hasValue(text: string, value: Safe | null): boolean {
  if (value === null || !/^\d+(?:\.\d+)?(?:ms|s|m|mb|mi|gi)?$/iu.test(value)) return false;
  const digits = /^\d+/u.exec(value)?.[0] ?? "";
  return text.split(/[^\d]+/u).includes(digits);
}

function isSameTopic(name: string, category: FailureCategory): boolean {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/gu, "$1_$2")
    .toLowerCase()
    .split(/[^a-z]+/u);
  return TOPICS.some((topic) => topic.categories.includes(category) && words.some((word) => topic.words.test(word)));
}

function stackHit({ change }: Candidate, trouble: Trouble, { observations }: CaseFile): readonly SignalHit[] {
  for (const id of trouble.symptom.sampleIds) {
    const event = observations.byId.get(id);
    const frames = event?.kind === "log" ? (event.exception?.frames ?? []) : [];
    const path = change?.event.change.files.find((changed) =>
      frames.some((frame) => frame.includes(baseName(changed.path))),
    )?.path;
    if (change === null || path === undefined) continue;
    const because = safe`it changed ${cutSafe(path, 80)}, which stands in the stack trace of "${trouble.quote}"`;
    return [{ points: FILE_IN_STACK, because, evidenceIds: [change.event.id, id] }];
  }
  return [];
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function citing({ change }: Candidate, { symptom }: Trouble): readonly EventId[] {
  return change === null ? [] : [change.event.id, ...symptom.sampleIds.slice(0, 1)];
}
