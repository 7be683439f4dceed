import type { AnalysisInput } from "../../src/core/analyze.ts";
import type { ChangeEvent, Event, LogEvent } from "../../src/core/event.ts";
import { epochMs, eventId } from "../../src/core/ids.ts";
import { NO_WEIGHTS } from "../../src/core/learning/weights.ts";
import { msToNs } from "../../src/core/time.ts";
import { aLog, anIncident, at, BASELINE, WINDOW, words } from "./observations.ts";

const MINUTE_MS = 60_000;
const DEPLOY_AT = at("01:45:00");
const FIRST_ERROR_AT = at("01:47:20");

/** A small incident as evidence: `orders` is deployed with a smaller pool, its caller `edge` complains, `stock` was deployed before and is innocent. */
export function aSmallNight(overrides: Partial<AnalysisInput> = {}): AnalysisInput {
  const events = [...ordinaryLines(), ...failingLines(), change("orders", DEPLOY_AT), change("stock", at("01:40:00"))];
  return {
    incident: anIncident({ service: words("edge") }),
    window: WINDOW,
    baseline: BASELINE,
    evidence: [{ source: "bundle", evidence: { status: "found", events, read: events.length, partial: null } }],
    weights: NO_WEIGHTS,
    elapsedMs: 12,
    ...overrides,
  };
}

/** The same night with other events. */
export function withEvents(
  input: AnalysisInput,
  change_: (events: readonly Event[]) => readonly Event[],
): AnalysisInput {
  const evidence = input.evidence.map(({ source, evidence: each }) => ({
    source,
    evidence: each.status === "found" ? { ...each, events: change_(each.events) } : each,
  }));
  return { ...input, evidence };
}

function ordinaryLines(): readonly LogEvent[] {
  const lines: LogEvent[] = [];
  for (let atMs: number = BASELINE.fromMs; atMs < WINDOW.toMs; atMs += MINUTE_MS / 2)
    for (const service of ["edge", "orders", "stock"])
      lines.push(line(service, atMs, { body: words(`GET /${service}/items 200 in 12 ms`) }));
  return lines;
}

function failingLines(): readonly LogEvent[] {
  const lines: LogEvent[] = [];
  for (let atMs: number = FIRST_ERROR_AT; atMs < WINDOW.toMs; atMs += 3000) {
    lines.push(
      line("orders", atMs, {
        severity: "error",
        body: words("cannot save: timeout acquiring a connection, all 4 connections in use (store.pool.max=4)"),
      }),
      line("edge", atMs + 900, {
        severity: "error",
        body: words("request to http://orders:8080/v1/items failed: timeout of 1000ms exceeded"),
      }),
    );
  }
  return lines;
}

function line(service: string, atMs: number, overrides: Partial<LogEvent>): LogEvent {
  const body = overrides.body ?? words("");
  return {
    ...aLog(service, body, epochMs(atMs)),
    ...overrides,
    id: eventId("bundle", `${service}/${atMs}/${body}`),
    source: "bundle",
  };
}

function change(service: string, atMs: number): ChangeEvent {
  const diff = service === "orders" ? ["-  store.pool.max: 40", "+  store.pool.max: 4"] : [];
  return {
    kind: "change",
    id: eventId("bundle", `change/${service}`),
    atNs: msToNs(atMs),
    observedNs: null,
    service: words(service),
    host: null,
    source: "bundle",
    ref: words("changes.jsonl#L1"),
    traceId: null,
    spanId: null,
    requestId: null,
    change: {
      kind: "deploy",
      status: "deployed",
      version: words(`${service}-v2`),
      previousVersion: words(`${service}-v1`),
      environment: null,
      by: null,
      url: null,
      summary: words("release"),
      files: diff.length === 0 ? [] : [{ path: words("config/production.yaml"), diff: diff.map(words) }],
      pullRequest: null,
    },
  };
}
