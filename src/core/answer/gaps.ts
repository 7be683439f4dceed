import type { Gap } from "../analysis.ts";
import type { SourceEvidence } from "../evidence.ts";
import { assertNever } from "../never.ts";
import { own, ownWords, type Safe, safe } from "../safe.ts";

/** What could not be looked at, one line per source, by name. "Found nothing" is no gap. */
export function gapsOf(evidence: readonly SourceEvidence[]): readonly Gap[] {
  return evidence.flatMap((each) => gapOf(each)).toSorted((a, b) => order(textOf(a), textOf(b)));
}

function gapOf({ source, evidence }: SourceEvidence): readonly Gap[] {
  const name = sourceName(source);
  switch (evidence.status) {
    case "failed":
      return [{ source: name, status: "failed", detail: safe`${ownWords(own(evidence.reason))}: ${evidence.detail}` }];
    case "not-configured":
      return [{ source: name, status: "not-configured", detail: evidence.detail }];
    case "found":
      return evidence.partial === null ? [] : [{ source: name, status: "partial", detail: evidence.partial }];
    case "empty":
      return [];
    default:
      return assertNever(evidence);
  }
}

/** The key of an evidence source is a word of ours, the name of its folder. */
export function sourceName(source: string): Safe {
  return ownWords(own(source));
}

function textOf({ source, status, detail }: Gap): string {
  return [source, status, detail].join("\u0000");
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
