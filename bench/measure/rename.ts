import type { AnalysisInput } from "../../src/core/analyze.ts";
import type { Prediction } from "../suites/suite.ts";

/**
 * Names that are also words of the trade: the name of a product in a log line or an image is a fact about the product,
 * so a service called like one keeps its name.
 */
const WORDS_OF_THE_TRADE =
  /^(?:redis|mysql|mariadb|mongo(?:db)?|postgres(?:ql)?|rabbitmq|kafka|nginx|memcached|etcd|elasticsearch|jaeger|prometheus|istio.*|kube-.*|coredns|node|pod|service|app|default|container|host|database|db|internet|client|server)$/u;
const NAME_CHARACTERS = "[A-Za-z0-9]";
/** More different names than any recorded system has. */
const MAX_NAMES = 2_000;

export interface Renamed {
  readonly input: AnalysisInput;
  /** Puts the true names back into what was predicted. */
  readonly back: (prediction: Prediction) => Prediction;
}

/** The same case with another name for every service, in every text of every record. Neutral names share nothing with the true ones, not even their order. */
export function renameServices(input: AnalysisInput): Renamed {
  const names = serviceNames(input);
  // Reversed and numbered from the end, so that the order of the new names is not the order of the old ones.
  const pairs = names.map((name, index) => [name, `zq${String(names.length - index).padStart(4, "0")}x`] as const);
  const there = replacer(pairs);
  const home = replacer(pairs.map(([name, neutral]) => [neutral, name] as const));
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a deep copy with the same shape
    input: deepReplace(input, there) as AnalysisInput,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a deep copy with the same shape
    back: (prediction) => deepReplace(prediction, home) as Prediction,
  };
}

function serviceNames({ evidence, incident }: AnalysisInput): readonly string[] {
  const found = new Set<string>();
  if (incident.service !== null) found.add(incident.service);
  for (const { evidence: answer } of evidence) {
    if (answer.status !== "found") continue;
    for (const { service } of answer.events) if (service !== null) found.add(service);
    for (const edge of answer.topology ?? []) for (const name of edge) found.add(name);
  }
  return [...found]
    .filter((name) => name.length > 2 && !WORDS_OF_THE_TRADE.test(name))
    .toSorted()
    .slice(0, MAX_NAMES);
}

function replacer(pairs: readonly (readonly [string, string])[]): (text: string) => string {
  if (pairs.length === 0) return (text) => text;
  const to = new Map(pairs);
  const longestFirst = pairs.map(([from]) => from).toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const any = longestFirst.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`)).join("|");
  const pattern = new RegExp(`(?<!${NAME_CHARACTERS})(?:${any})(?!${NAME_CHARACTERS})`, "gu");
  const known = new Map<string, string>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const after = text.replaceAll(pattern, (name) => to.get(name) ?? name);
    known.set(text, after);
    return after;
  };
}

/** Ids of records and their refs are not touched: they name places in files, which stay where they are. */
const UNTOUCHED = new Set(["id", "ref", "evidence", "source"]);

function deepReplace(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return value.map((each) => deepReplace(each, replace));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, each]) => {
    const isPlace = UNTOUCHED.has(key) && (typeof each === "string" || isListOfTexts(each));
    return [replace(key), isPlace ? each : deepReplace(each, replace)];
  });
  return Object.fromEntries(entries);
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
