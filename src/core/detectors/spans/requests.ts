import type { CauseKind } from "../../analysis.ts";
import { isComplaint, kindOfCategory } from "../../hypotheses/cause-kinds.ts";
import { type EpochMs, epochMs } from "../../ids.ts";
import { cutSafe, type Safe, safe } from "../../safe.ts";
import { classify } from "../../semantics/classify.ts";
import { clockTime } from "../../time.ts";
import type { Finding, FindingReason } from "../finding.ts";
import { type Break, SIGNIFICANT } from "./broken-visits.ts";
import { fisherSurprise } from "./shares.ts";
import { operationWords, type Visit } from "./visits.ts";

/** Where requests break says nothing of why. So it may outweigh other signs of the place, not signs of the cause. In nats. */
const MAX_PLACE = 8;
/** What speaks against a place weighs as much as the signals that say so from texts. */
const MAX_STOPPED = 3;
const VICTIM = -260;
const USUAL = -120;
const MIN_USUAL = 5;
const MAX_QUOTE = 100;
const MAX_EVIDENCE = 4;

/** What broken requests say about each service: they break there, break below it, have stopped breaking, or always did. */
export function requestFindings(breaks: readonly Break[]): readonly Finding[] {
  return [...Map.groupBy(breaks, ({ service }) => service).values()].flatMap(findingOf);
}

function findingOf(breaks: readonly Break[]): readonly Finding[] {
  const known = breaks.filter(({ nats }) => nats >= SIGNIFICANT);
  const live = known.filter(({ stopped }) => stopped < SIGNIFICANT);
  const own = live.filter(({ ownNats }) => ownNats >= SIGNIFICANT).toSorted(byEvidence);
  // "My callee fails" is for the callee to answer, and what such a request leaves out is a consequence.
  if (own.some(isAboutPeer)) return [];
  if (own.length > 0) return toFinding(own, own.map(placeReason));
  if (live.length > 0) return toFinding(live, live.map(victimReason));
  if (known.length > 0) return toFinding(known, known.map(stoppedReason));
  const usual = breaks.filter(isUsual);
  return usual.length < breaks.filter(({ kind }) => kind === "error").length
    ? []
    : toFinding(usual, usual.map(usualReason));
}

function byEvidence(a: Break, b: Break): number {
  return b.ownNats - a.ownNats || startOf(a.own) - startOf(b.own);
}

function isAboutPeer({ own }: Break): boolean {
  const complaining = own.filter((visit) =>
    [...visit.errors.values()].some(({ event }) => isComplaint(classify(event).category)),
  );
  return 2 * complaining.length > own.length;
}

/** Failing as often as ever, in shares of its requests: one chance in twenty or more. */
function isUsual({ kind, visits, insideOf, before, beforeOf }: Break): boolean {
  if (kind !== "error" || visits.length < MIN_USUAL || before === 0) return false;
  return fisherSurprise({ inside: visits.length, insideOf, before, beforeOf }) < SIGNIFICANT;
}

function toFinding(breaks: readonly Break[], reasons: readonly FindingReason[]): readonly Finding[] {
  const [best] = breaks;
  if (best === undefined) return [];
  const error = breaks.find(({ kind }) => kind === "error");
  const { kind, detail } = causeOf(error);
  const isActive = reasons.some(({ points }) => points > 0);
  return [
    {
      service: best.service,
      kind,
      detail,
      object: null,
      changeId: null,
      grain: kind === "resource-exhaustion" || kind === "infrastructure" ? detail : "",
      summary: safe`Requests break at ${best.service}: ${words(error ?? best)}`,
      firstAtMs: epochMs(Math.min(...breaks.map(({ visits }) => startOf(visits)))),
      isActive,
      isLocation: true,
      reasons,
      nextChecks: [],
    },
  ];
}

function causeOf(error: Break | undefined): { readonly kind: CauseKind; readonly detail: Safe } {
  if (error?.error == null) return { kind: "code-error", detail: safe`early-return` };
  const { kind, detail } = kindOfCategory(classify(error.error.event).category);
  return kind === "unknown" ? { kind: "code-error", detail: safe`exception` } : { kind, detail };
}

function placeReason(found: Break): FindingReason {
  return {
    signal: found.kind === "error" ? safe`new-error-in-requests` : safe`step-left-out`,
    family: "origin",
    points: Math.round(100 * Math.min(MAX_PLACE, found.ownNats)),
    because: words(found),
    evidenceIds: idsOf(found),
  };
}

function victimReason(found: Break): FindingReason {
  const below = found.visits.length - found.own.length;
  return {
    signal: safe`requests-break-below`,
    family: "blame",
    points: Math.round((VICTIM * below) / found.visits.length),
    because: safe`${below} of its ${found.visits.length} failing requests for ${operationOf(found)} had failed or waited further down before`,
    evidenceIds: idsOf(found),
  };
}

function stoppedReason(found: Break): FindingReason {
  const last = found.visits.at(-1)?.entry;
  const until =
    last === undefined ? safe`` : safe`; the last at ${clockTime(last.atMs)}, and requests went on without it`;
  return {
    signal: safe`requests-are-well-again`,
    family: "recovery",
    points: -Math.round(100 * Math.min(MAX_STOPPED, found.stopped)),
    because: safe`${words(found)}${until}`,
    evidenceIds: idsOf(found),
  };
}

function usualReason(found: Break): FindingReason {
  return {
    signal: safe`requests-always-failed`,
    family: "usual",
    points: USUAL,
    because: safe`no larger share than before: ${words(found)}`,
    evidenceIds: idsOf(found),
  };
}

function idsOf({ kind, visits, own }: Break): FindingReason["evidenceIds"] {
  const told = own.length > 0 ? own : visits;
  const logs = told.flatMap((visit) => [...visit.errors.values()].slice(0, 1));
  const of = kind === "error" ? logs : told.map(({ entry }) => entry);
  return of.slice(0, MAX_EVIDENCE).map(({ event }) => event.id);
}

function words(found: Break): Safe {
  const { visits, insideOf, before, beforeOf, step, kind } = found;
  const deed = { step: safe`run`, call: safe`call`, line: safe`log` }[step.kind];
  const fault = kind === "error" ? safe`log the error` : safe`no longer ${deed}`;
  return safe`${visits.length} of ${insideOf} requests for ${operationOf(found)} ${fault} "${cutSafe(step.text, MAX_QUOTE)}", ${before} of ${beforeOf} before, since ${clockTime(startOf(visits))}`;
}

function operationOf({ visits: [first], service }: Break): Safe {
  return first === undefined ? service : operationWords(first);
}

function startOf(visits: readonly Visit[]): EpochMs {
  return visits[0]?.entry.atMs ?? epochMs(0);
}
