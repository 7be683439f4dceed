import { listed } from "../../hypotheses/words.ts";
import { type EpochMs, epochMs } from "../../ids.ts";
import { type Safe, safe } from "../../safe.ts";
import { clockTime } from "../../time.ts";
import type { Observations } from "../../timeline/observations.ts";
import type { Finding } from "../finding.ts";
import { brokenVisits } from "./broken-visits.ts";
import { requestFindings } from "./requests.ts";
import { type SlowWay, slowWays } from "./slow-ways.ts";
import { type Visit, visitsOf } from "./visits.ts";

/** More evidence than this from one fact would decide alone, whatever it is about. In nats. */
const MAX_NATS = 12;
const MAX_EVIDENCE = 4;

/** What requests do on their way through the services: where the way got slow, and where they stop doing what they did. */
export function spans(observations: Observations): readonly Finding[] {
  if (observations.spans.length === 0 || !observations.hasBaseline) return [];
  const visits = visitsOf(observations);
  const slow = slowWays(visits);
  const delayed = new Set(slow.flatMap((each) => each.slow));
  return [...slow.map(slowFinding), ...requestFindings(brokenVisits(visits, delayed))];
}

function slowFinding(way: SlowWay): Finding {
  const { service, slow, nats } = way;
  const began = firstAt(slow);
  const because = safe`${slow.length} of ${way.calls} calls ${directionWords(way)} spent more than ${Math.round(way.limitMs)} ms on the way, half of them more than ${Math.round(way.typicalMs)} ms, since ${clockTime(began)}; before, at most one call in a hundred did`;
  return {
    service,
    kind: "network",
    detail: safe`network-delay`,
    object: null,
    changeId: null,
    grain: "",
    summary: safe`The network of ${service} is slow: ${because}`,
    firstAtMs: began,
    isActive: !way.hasStopped,
    reasons: [
      {
        signal: safe`slow-way`,
        family: "way",
        points: pointsOf(nats),
        because,
        evidenceIds: slow.slice(0, MAX_EVIDENCE).map(({ entry }) => entry.event.id),
      },
    ],
    nextChecks: [safe`Measure the round trip between ${service} and ${listed(way.peers)}, from inside their pods.`],
  };
}

function directionWords({ service, direction, peers }: SlowWay): Safe {
  if (direction === "to") return safe`from ${listed(peers)} to ${service}`;
  return direction === "from"
    ? safe`from ${service} to ${listed(peers)}`
    : safe`between ${service} and ${listed(peers)}`;
}

function firstAt(visits: readonly Visit[]): EpochMs {
  return visits[0]?.entry.atMs ?? epochMs(0);
}

function pointsOf(nats: number): number {
  return Math.round(100 * Math.min(MAX_NATS, nats));
}
