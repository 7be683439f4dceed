import { type EpochMs, type EventId, epochMs } from "../../ids.ts";
import type { Incident } from "../../incident.ts";
import { own, ownWords, type Safe, safe } from "../../safe.ts";
import { clockTime } from "../../time.ts";
import type { Observations } from "../../timeline/observations.ts";
import type { Finding, FindingReason } from "../finding.ts";
import { type Look, levelsOf, lookAround, type Suspect } from "./suspects.ts";

/** With this chance or less of being an accident, over all services looked at, somebody is accused. */
const FAMILY_WISE = 0.1;
/** One in twenty: so odd must the alerted service be to be named alone, and what stands in the list behind a sure suspect. */
const ODD = 0.05;
/** What makes up less than a tenth of the alerted rise could end without anybody noticing. */
const LEAST_SHARE = 0.1;
/** In other units: one request in a hundred, or a tenth of what the service usually takes. */
const LEAST_FAILURES = 0.01;
const LEAST_SLOWER = 0.1;
/** Hundredths of a nat. The first is the most that a baseline of any length may say, the second what carrying it all says. */
const MOST_SURPRISE = 400;
const CARRIES_ALL = 250;
const LEAST_PART = 0.02;
const MAX_FINDINGS = 8;
/** As long as a recovery has to last before it counts, in rows. */
const ROWS_OF_QUIET = 3;

/**
 * Which service behind the alerted one makes it slow or failing, from requests, latencies and failures per service.
 * Silent when nothing moves with the alert, when there is no normal stretch to compare with, and without an alerted service.
 */
export function metricGraph(seen: Observations, incident: Incident): readonly Finding[] {
  const look = lookAround(seen, incident);
  // An alert whose own series is as ever needs no explanation.
  if (look === null || look.p > FAMILY_WISE) return [];
  const telling = look.suspects.filter((each) => hurts(each, look));
  const isSure = telling.some(({ p, service }) => p <= FAMILY_WISE && service !== look.alerted.service);
  if (!isSure && look.p > ODD) return [];
  const shown = telling.filter(({ answer, service }) => answer.p <= ODD || service === look.alerted.service);
  return shown
    .toSorted((a, b) => points(b) - points(a) || (a.service < b.service ? -1 : 1))
    .slice(0, MAX_FINDINGS)
    .map((suspect) => toFinding(suspect, look));
}

function hurts({ share, series, quantity, answer }: Suspect, { contrast }: Look): boolean {
  if (answer.response <= 0) return false;
  if (share !== null) return share >= LEAST_SHARE;
  const { high, usual } = levelsOf(series, contrast);
  return high - usual >= (quantity === "failure" ? LEAST_FAILURES : LEAST_SLOWER * usual);
}

function surprisePoints({ p }: Suspect): number {
  return Math.min(MOST_SURPRISE, Math.round(-100 * Math.log(p)));
}

function partPoints({ part }: Suspect): number {
  return Math.round(CARRIES_ALL + 100 * Math.log(Math.max(LEAST_PART, part)));
}

function points(suspect: Suspect): number {
  return surprisePoints(suspect) + partPoints(suspect);
}

function toFinding(suspect: Suspect, look: Look): Finding {
  const { service, quantity } = suspect;
  return {
    service,
    kind: "unknown",
    detail: ownWords(own(quantity === "latency" ? "slow-answers" : "failing-requests")),
    object: null,
    changeId: null,
    grain: "",
    summary: summaryOf(suspect, look),
    firstAtMs: firstAtMs(suspect, look),
    isActive: lasts(look),
    reasons: reasonsOf(suspect, look),
    nextChecks: [
      safe`compare ${service} with its callees: own time, processor, pools and locks, since ${clockTime(firstAtMs(suspect, look))}`,
    ],
  };
}

function summaryOf(suspect: Suspect, look: Look): Safe {
  const { service, quantity, series } = suspect;
  const { high, usual } = levelsOf(series, look.contrast);
  const since = clockTime(firstAtMs(suspect, look));
  const what =
    quantity === "latency"
      ? safe`${service} answers in ${seconds(high)} instead of ${seconds(usual)} since ${since}`
      : safe`${service} fails ${percent(high)} of its requests instead of ${percent(usual)} since ${since}`;
  return safe`${what}; ${partWords(suspect, look)}`;
}

function partWords({ service, part, share }: Suspect, { alerted }: Look): Safe {
  if (share === null) return safe`the alert on ${alerted.service} follows the same course`;
  const whole = safe`of what was added to ${alerted.service}`;
  if (part >= LEAST_PART) return safe`it adds ${percent(part)} ${whole} itself`;
  return service === alerted.service ? safe`what it calls explains it` : safe`what it calls explains its part ${whole}`;
}

function reasonsOf(suspect: Suspect, look: Look): readonly FindingReason[] {
  const { service, answer, p } = suspect;
  const evidenceIds = evidenceOf(suspect, look);
  const odds = Math.max(1, Math.round(1 / p));
  return [
    {
      signal: ownWords(own("moves-with-the-alert")),
      family: "metric-course",
      points: surprisePoints(suspect),
      because: safe`its ${ownWords(own(suspect.quantity))} follows the alert on ${look.alerted.service} further than in ${answer.stretches} normal stretches; by chance 1 in ${odds} over all services looked at`,
      evidenceIds,
    },
    {
      signal: ownWords(own("carries-the-rise")),
      family: "metric-share",
      points: partPoints(suspect),
      because: safe`${service}: ${partWords(suspect, look)}`,
      evidenceIds,
    },
  ];
}

/** The rows where the alert was highest and lowest, of the suspect and of the alerted service. */
function evidenceOf({ series }: Suspect, { alerted, contrast }: Look): readonly EventId[] {
  const order = [...contrast.weights.keys()].toSorted(
    (a, b) => (contrast.weights[b] ?? 0) - (contrast.weights[a] ?? 0) || a - b,
  );
  const [top, bottom] = [order[0] ?? 0, order.at(-1) ?? 0];
  return [series.ids[top], series.ids[bottom], alerted.ids[top]].flatMap((id) => id ?? []);
}

/** The first row in which more than half of the change had come. */
function firstAtMs({ series }: Suspect, { frame, contrast }: Look): EpochMs {
  const { high, usual } = levelsOf(series, contrast);
  const row = series.now.findIndex((value) => value !== null && value >= (high + usual) / 2);
  return epochMs(frame.fromMs + Math.max(0, row) * frame.stepMs);
}

/** One quiet row may be chance, so it takes some of them to say that it has passed. */
function lasts({ alerted, contrast }: Look): boolean {
  const { high, usual } = levelsOf(alerted, contrast);
  const last = alerted.now.filter((value) => value !== null).slice(-ROWS_OF_QUIET);
  return last.length < ROWS_OF_QUIET || last.some((value) => value >= (high + usual) / 2);
}

/** "42 ms", "1.2 s": two figures are all that is worth reading. */
function seconds(value: number): Safe {
  const ms = value * 1000;
  return ownWords(own(ms < 1000 ? `${figures(ms)} ms` : `${figures(value)} s`));
}

function percent(share: number): Safe {
  return ownWords(own(`${figures(share * 100)} %`));
}

function figures(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
