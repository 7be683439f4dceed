import nock from "nock";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Evidence, EvidenceQuery } from "../../core/evidence.ts";
import { DEFAULT_TENANT, epochMs, incidentId } from "../../core/ids.ts";
import { createPagerDutyClient } from "../../platform/clients/pagerduty-rest.ts";
import { gatherFromPagerDuty } from "./index.ts";

const API = "https://api.pagerduty.com";
const ms = (clock: string) => epochMs(Date.parse(`2026-11-21T${clock}Z`));
const query: EvidenceQuery = {
  tenant: DEFAULT_TENANT,
  incidentId: incidentId("i1"),
  service: null,
  window: { fromMs: ms("01:18:00"), toMs: ms("01:58:00") },
  baseline: { fromMs: epochMs(ms("01:18:00") - 7_200_000), toMs: ms("01:18:00") },
  external: [{ source: "pagerduty", externalId: "Q1" }],
};

const client = createPagerDutyClient({
  token: "k",
  host: "api.pagerduty.com",
  clock: { nowMs: () => ms("01:50:00") },
  tryTimeoutMs: 1000,
  libraryPauseMs: 1,
});
const gather = (more: Partial<EvidenceQuery> = {}): Promise<Evidence<string>> =>
  gatherFromPagerDuty({ client, deadlineMs: 4000 }, { ...query, ...more }, new AbortController().signal);

const reply = (path: string, status: number, body: object) =>
  nock(API).persist().get(path).query(true).reply(status, body);
const service = { id: "S1", type: "service_reference", summary: "payment-service" };
const ann = { id: "U1", type: "user_reference", summary: "Ann Lee" };
const entry = (id: string, type: string, more: object) => ({
  id,
  type,
  created_at: "2026-11-21T01:49:00Z",
  service,
  ...more,
});
const change = (id: string, summary: string, more: object = {}) => ({
  id,
  type: "change_event",
  summary,
  timestamp: "2026-11-21T01:45:00.000Z",
  services: [service],
  links: [{ href: "https://ci.example/7", text: "build" }],
  ...more,
});

beforeEach(() => {
  nock.disableNetConnect();
  reply("/incidents/Q1", 200, { incident: { id: "Q1", service } });
});
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

test("log entries tell what people did and how the alert went; notifications and our own notes are left out", async () => {
  reply("/incidents/Q1/log_entries", 200, {
    log_entries: [
      entry("L1", "trigger_log_entry", {
        agent: { type: "service_reference", summary: "x" },
        channel: { summary: "5xx above 5 %" },
      }),
      entry("L2", "acknowledge_log_entry", { agent: ann, summary: "Acknowledged by Ann Lee" }),
      entry("L3", "annotate_log_entry", { agent: ann, channel: { type: "note", summary: "restarting the pods" } }),
      entry("L4", "notify_log_entry", { agent: ann }),
      entry("L5", "annotate_log_entry", { agent: ann, channel: { summary: "TraceOps: x\n[traceops abc-1]" } }),
      { odd: true },
    ],
  });
  reply("/incidents/Q1/related_change_events", 200, { change_events: [] });
  reply("/services/S1/change_events", 200, { change_events: [] });

  expect(await gather()).toMatchObject({
    status: "found",
    partial: null,
    events: [
      { kind: "alert", status: "firing", title: "5xx above 5 %", service: "payment-service" },
      { kind: "person", who: "Ann Lee", text: "Acknowledged by Ann Lee" },
      { kind: "person", who: "Ann Lee", text: "restarting the pods" },
    ],
  });
});

test("changes of the service and related ones are joined, once each, with what their words say", async () => {
  reply("/incidents/Q1/log_entries", 200, { log_entries: [] });
  const deploy = change("C1", "Deployed v2.4.1 to production", {
    custom_details: { environment: "production", sha: "9fceb02" },
  });
  reply("/incidents/Q1/related_change_events", 200, {
    change_events: [deploy, change("C2", "Merged PR 17 into main")],
  });
  reply("/services/S1/change_events", 200, { change_events: [deploy, change("C3", "Rolled back release v2.4.0")] });

  expect(await gather()).toMatchObject({
    status: "found",
    events: [
      {
        kind: "change",
        service: "payment-service",
        change: {
          kind: "deploy",
          status: "deployed",
          version: "9fceb02",
          environment: "production",
          url: "https://ci.example/7",
        },
      },
      { change: { kind: "merge", status: "merged" } },
      { change: { kind: "deploy", status: "rolled-back", version: "v2.4.0" } },
    ],
  });
});

test("the changes of the service are asked for the whole range", async () => {
  reply("/incidents/Q1/log_entries", 200, { log_entries: [] });
  reply("/incidents/Q1/related_change_events", 200, { change_events: [] });
  const asked = nock(API)
    .get("/services/S1/change_events")
    .query((given) => given["since"] === "2026-11-20T23:18:00.000Z" && given["until"] === "2026-11-21T01:58:00.000Z")
    .reply(200, { change_events: [] });

  expect(await gather()).toMatchObject({ status: "empty" });
  expect(asked.isDone()).toBe(true);
});

test.each([402, 403])("what the plan does not hold (%i) is a stated gap, and the rest is read", async (status) => {
  reply("/incidents/Q1/log_entries", 200, {
    log_entries: [entry("L2", "acknowledge_log_entry", { agent: ann, summary: "Acknowledged" })],
  });
  reply("/incidents/Q1/related_change_events", status, { error: { message: "Forbidden" } });
  reply("/services/S1/change_events", 200, { change_events: [] });

  expect(await gather()).toMatchObject({
    status: "found",
    partial: "the related change events are not on this PagerDuty plan, or the key may not read them",
  });
});

test("a wrong key is a failure that says so", async () => {
  nock.cleanAll();
  nock(API)
    .persist()
    .get(/.*/u)
    .query(true)
    .reply(401, { error: { message: "Unauthorized" } });

  expect(await gather()).toEqual({
    status: "failed",
    reason: "unauthorized",
    detail: "PagerDuty does not accept PAGERDUTY_API_TOKEN",
  });
});

test("an incident of another sender is not asked for", async () => {
  expect(await gather({ external: [{ source: "alertmanager", externalId: "x" }] })).toMatchObject({ status: "empty" });
});
