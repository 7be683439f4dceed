import nock from "nock";
import { pagerduty } from "../../src/alert-sources/pagerduty/index.ts";
import { pollPagerDuty } from "../../src/alert-sources/pagerduty/poll.ts";
import { DEFAULT_TENANT, epochMs } from "../../src/core/ids.ts";
import { createPagerDutyClient } from "../../src/platform/clients/pagerduty-rest.ts";
import { InMemoryInbox, InMemoryMarks, ManualClock, RecordingLogger } from "./fakes.ts";

export const HOST = "https://api.pagerduty.com";
const PAGE = { sort_by: "created_at:desc", limit: "100", offset: "0" };
const signal = new AbortController().signal;

export const incident = (
  id: string,
  overrides: Partial<Record<"status" | "created_at" | "last_status_change_at", string>> = {},
) => ({
  id,
  title: `Incident ${id}`,
  status: "triggered",
  urgency: "high",
  html_url: `https://example.pagerduty.com/incidents/${id}`,
  created_at: "2026-03-02T09:58:00Z",
  last_status_change_at: "2026-03-02T09:58:00Z",
  service: { id: "S1", type: "service_reference", summary: "orders" },
  priority: null,
  ...overrides,
});
export const entry = (id: string, type: string, created_at: string) => ({
  id,
  type: `${type}_log_entry`,
  created_at,
  agent: { type: "user_reference", summary: "Ada" },
});
export type Incident = ReturnType<typeof incident>;
/** A round's two questions: what is open, however old, and what is new. */
export function listed(...incidents: Incident[]): void {
  open(...incidents.filter(({ status }) => status !== "resolved"));
  recent(...incidents);
}
export const open = (...incidents: Incident[]) =>
  nock(HOST)
    .get("/incidents")
    .query({ date_range: "all", "statuses[]": ["triggered", "acknowledged"], ...PAGE })
    .reply(200, { incidents, more: false });
export const recent = (...incidents: Incident[]) =>
  nock(HOST)
    .get("/incidents")
    .query(({ since, until }) => since !== undefined && until !== undefined)
    .reply(200, { incidents, more: false });
export const refusal = (message: string) => ({ error: { message, code: 2100 } });
export const logged = (id: string, ...log_entries: object[]) =>
  nock(HOST).get(`/incidents/${id}/log_entries`).query(true).reply(200, { log_entries, more: false });

/** Polling over an account that the test speaks for, and what came of it. */
export function setUp() {
  const clock = new ManualClock();
  const inbox = new InMemoryInbox();
  const client = createPagerDutyClient({ token: "key", host: "api.pagerduty.com", clock, libraryPauseMs: 1 });
  const deps = {
    client,
    clock,
    inbox,
    marks: new InMemoryMarks(),
    logger: new RecordingLogger(),
    tenant: DEFAULT_TENANT,
  };
  const alerts = () =>
    [...inbox.items.values()].flatMap(({ delivery }) =>
      pagerduty.parse(JSON.parse(new TextDecoder().decode(delivery.raw)), epochMs(0)),
    );
  return { clock, inbox, alerts, deps, poll: () => pollPagerDuty(deps, signal) };
}
