import type { Random } from "./random.ts";

/** What the facts of one incident say by their own times, whatever their order of arrival was. */
export interface Expected {
  readonly state: "triggered" | "acknowledged" | "resolved";
  readonly priority: "P1" | "P2" | "P3";
  /** A person says during the run that it is none; once that was answered, the card has to say so too. */
  readonly isDismissed: boolean;
  /** A person votes "This was it" on its first cause; once that was answered, the reply with the causes has to say so too. */
  readonly isConfirmed: boolean;
}

/** One incident of the sender. Its service is its own, and is what the counting finds it by. */
export interface Case {
  readonly service: string;
  /** The sender's own id of it. */
  readonly externalId: string;
  readonly deliveries: readonly object[];
  /** What was recorded of it, for the program to find a cause in; null where there is nothing but the alert. */
  readonly records: Records | null;
  readonly expected: Expected;
}

/** A deploy just before, and the lines that its service wrote from then on. */
export interface Records {
  readonly deploy: object;
  readonly lines: readonly object[];
}

const SHOPS = [
  "accounts",
  "addresses",
  "analytics",
  "audits",
  "badges",
  "banners",
  "basket",
  "billing",
  "bookings",
  "brands",
  "bundles",
  "campaigns",
  "carriers",
  "carts",
  "catalog",
  "catering",
  "checkout",
  "claims",
  "contracts",
  "coupons",
  "couriers",
  "credits",
  "customs",
  "deals",
  "delivery",
  "deposits",
  "discounts",
  "displays",
  "donations",
  "drivers",
  "exports",
  "feeds",
  "fitting",
  "freight",
  "galleries",
  "gifts",
  "imports",
  "invoices",
  "labels",
  "ledger",
  "lockers",
  "loyalty",
  "mailings",
  "markets",
  "members",
  "menus",
  "metering",
  "newsletter",
  "offers",
  "orders",
  "outlets",
  "packing",
  "parcels",
  "payments",
  "pickups",
  "postage",
  "prices",
  "profile",
  "quotes",
  "ratings",
  "refunds",
  "returns",
  "search",
  "shelves",
] as const;

/** Finds the service of a case in a message. */
export const SERVICE = /\b[a-z]+-c\d{5}\b/u;

/** Routes of the Slack surface: every shop has a channel, because Slack takes one message a second in each. */
export const ROUTES = SHOPS.map((shop) => `${shop}-*=${channelOf(shop)}`).join(",");

function channelOf(shop: string): string {
  return `C0${shop.toUpperCase()}`;
}

type Status = "triggered" | "acknowledged" | "resolved";

interface Step {
  readonly type: string;
  readonly status: Status;
}

const TRIGGERED: Step = { type: "incident.triggered", status: "triggered" };
const ACKNOWLEDGED: Step = { type: "incident.acknowledged", status: "acknowledged" };
const RESOLVED: Step = { type: "incident.resolved", status: "resolved" };
const REOPENED: Step = { type: "incident.reopened", status: "triggered" };
const UNACKNOWLEDGED: Step = { type: "incident.unacknowledged", status: "triggered" };
const raised = (status: Status): Step => ({ type: "incident.priority_updated", status });
const annotated = (status: Status): Step => ({ type: "incident.annotated", status });

/** Courses of three events on average. Their last state is what the card has to say in the end. */
const COURSES = [
  [TRIGGERED, ACKNOWLEDGED, RESOLVED],
  [TRIGGERED, ACKNOWLEDGED, RESOLVED],
  [TRIGGERED, RESOLVED, REOPENED],
  [TRIGGERED, ACKNOWLEDGED],
  [TRIGGERED, ACKNOWLEDGED, UNACKNOWLEDGED],
  [TRIGGERED, raised("triggered"), ACKNOWLEDGED],
  [TRIGGERED, ACKNOWLEDGED, raised("acknowledged"), RESOLVED],
  [TRIGGERED, annotated("triggered"), RESOLVED],
  [TRIGGERED, RESOLVED],
  [TRIGGERED],
] as const satisfies readonly (readonly Step[])[];

/** The share of incidents of which somebody says that they are none. */
const DISMISSED = 0.08;
/** Of the others, the share in which somebody votes on a cause. */
const CONFIRMED = 0.08;
const DEPLOYED_BEFORE_MS = 90_000;
const FAILURES = 12;
const MINUTE_MS = 60_000;
/** Incidents began at least this far apart where the day is long enough for it, so that they are no storm. */
const LONGEST_APART_MS = 6 * MINUTE_MS;
/** A resolution that is more than 48 hours old opens nothing: everything happened within this. */
const SPAN_MS = 44 * 60 * MINUTE_MS;

/** So many incidents of the past two days, each with its events. */
export function tellStory(random: Random, { incidents, nowMs }: { incidents: number; nowMs: number }): readonly Case[] {
  const apartMs = Math.min(LONGEST_APART_MS, SPAN_MS / incidents);
  // Chance of its own, so that a seed has the same webhooks with votes as without.
  const votes = random.fork("votes");
  return Array.from({ length: incidents }, (_, index) => {
    const startedMs = Math.floor(nowMs - 30 * MINUTE_MS - index * apartMs);
    const isDismissed = random.chance(DISMISSED);
    const isConfirmed = votes.chance(CONFIRMED) && !isDismissed;
    return caseOf(random, { index, startedMs, course: random.pick(COURSES), isDismissed, isConfirmed });
  });
}

/** Every kind of event in one incident. */
const WHOLE = [TRIGGERED, annotated("triggered"), ACKNOWLEDGED, raised("acknowledged"), RESOLVED];
/** So many incidents of one sweep lie apart before the hours repeat. */
const SWEPT = 150;
/** No case is beside another one: an alert would wait for the first look at it. */
const SWEPT_APART_MS = 17 * MINUTE_MS;

/** What people do about an incident. */
export interface Opinions {
  readonly isDismissed: boolean;
  readonly isConfirmed: boolean;
}

/** One more incident, with every kind of event or only its beginning. */
export function tellWhole(
  random: Random,
  told: Opinions & { readonly index: number; readonly nowMs: number; readonly isWhole: boolean },
): Case {
  const { index, nowMs, isWhole, ...opinions } = told;
  const startedMs = nowMs - 30 * MINUTE_MS - (index % SWEPT) * SWEPT_APART_MS;
  return caseOf(random, { index, startedMs, course: isWhole ? WHOLE : [TRIGGERED], ...opinions });
}

interface Plot extends Opinions {
  readonly index: number;
  readonly startedMs: number;
  readonly course: readonly Step[];
}

function caseOf(random: Random, { index, startedMs, course, isDismissed, isConfirmed }: Plot): Case {
  const service = `${random.pick(SHOPS)}-c${String(index).padStart(5, "0")}`;
  const isHigh = random.chance(0.7);
  const deliveries = course.map((step, turn) => {
    const atMs = startedMs + turn * 2 * MINUTE_MS + random.below(MINUTE_MS);
    return webhook({ service, index, turn, step, isHigh, startedMs, atMs });
  });
  const last = course.at(-1) ?? TRIGGERED;
  // Without a priority the urgency decides: high is P1, low is P3. A priority of P2 is worse than low only.
  const isRaised = course.some(({ type }) => type === "incident.priority_updated");
  const low = isRaised ? "P2" : "P3";
  return {
    service,
    externalId: `QCASE${index}`,
    deliveries,
    records: isConfirmed ? recordsOf(service, startedMs) : null,
    expected: { state: last.status, priority: isHigh ? "P1" : low, isDismissed, isConfirmed },
  };
}

function recordsOf(service: string, startedMs: number): Records {
  const lines = Array.from({ length: FAILURES }, (_, index) => {
    const time = new Date(startedMs - DEPLOYED_BEFORE_MS / 2 + index * 5_000).toISOString();
    return { time, level: "error", msg: "order could not be priced: no rule for this region", service };
  });
  return { deploy: { service, version: "v2", at: startedMs - DEPLOYED_BEFORE_MS, by: "ci" }, lines };
}

interface Event {
  readonly service: string;
  readonly index: number;
  readonly turn: number;
  readonly step: Step;
  readonly isHigh: boolean;
  readonly startedMs: number;
  readonly atMs: number;
}

function webhook(event: Event): object {
  const { index, turn, step, atMs } = event;
  const agent = { id: "PADA", type: "user_reference", summary: "Ada" };
  const head = { id: `EV${index}T${turn}`, event_type: step.type, resource_type: "incident" };
  const tail = { occurred_at: new Date(atMs).toISOString(), agent };
  if (step.type !== "incident.annotated") return { event: { ...head, ...tail, data: incidentData(event) } };
  const note = { id: `NOTE${index}T${turn}`, content: "Ada looks into it", incident: { id: `QCASE${index}` } };
  return { event: { ...head, ...tail, data: note } };
}

function incidentData({ service, index, step, isHigh, startedMs }: Event): object {
  return {
    id: `QCASE${index}`,
    type: "incident",
    title: `${service} does not answer`,
    status: step.status,
    urgency: isHigh ? "high" : "low",
    created_at: new Date(startedMs).toISOString(),
    service: { id: `PSVC${index}`, summary: service },
    ...(step.type === "incident.priority_updated" ? { priority: { id: "PPRIO2", summary: "P2" } } : {}),
  };
}

/** The share of incidents whose events come once only: where everything is doubled, the double hides what was lost. */
const ONCE = 0.35;

/** Most deliveries two to four times, all in no order: what a sender does whose acknowledgements get lost. */
export function deliveriesOf(random: Random, cases: readonly Case[]): readonly object[] {
  return random.shuffled(
    cases.flatMap(({ deliveries }) => {
      const isOnce = random.chance(ONCE);
      return deliveries.flatMap((delivery) => Array.from({ length: isOnce ? 1 : 2 + random.below(3) }, () => delivery));
    }),
  );
}
