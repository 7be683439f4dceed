import nock from "nock";

type Step = "trigger" | "acknowledge" | "resolve";

interface Entry {
  readonly id: string;
  readonly type: string;
  readonly summary: string;
  readonly created_at: string;
  readonly agent: object;
}

interface Held {
  readonly id: string;
  readonly title: string;
  readonly service: string;
  readonly createdAt: string;
  /** Newest first, as PagerDuty lists them. */
  readonly entries: Entry[];
}

const STATUS_AFTER: Readonly<Record<Step, string>> = {
  trigger: "triggered",
  acknowledge: "acknowledged",
  resolve: "resolved",
};
const API = "https://api.pagerduty.com";

/** A PagerDuty account that is asked about its incidents: the list, one of them, their log entries. Nothing calls out from it. */
export class PagerDutyAccount {
  /** While it is down every question gets this status. */
  outage: number | null = null;
  /** Questions for the list of open incidents: one a round. */
  rounds = 0;
  /** Questions that met the outage. */
  turnedAway = 0;
  /** Webhook subscriptions by id: where they lead, and whether PagerDuty stopped them. */
  readonly subscriptions = new Map<string, { readonly url: string; isDisabled: boolean }>();
  readonly #held = new Map<string, Held>();

  /** Answers at PagerDuty's own address until `nock.cleanAll()`. Call it before other stubs of the same address. */
  install(): void {
    const api = nock(API).persist();
    api.get(/^\/webhook_subscriptions\?/u).reply(() =>
      this.#answer(() => ({
        webhook_subscriptions: [...this.subscriptions].map(([id, { url }]) => ({
          id,
          active: true,
          delivery_method: { url },
        })),
        more: false,
      })),
    );
    api.get(/^\/webhook_subscriptions\/[^/?]+/u).reply((request: Request) =>
      this.#answer(() => {
        const id = /^\/webhook_subscriptions\/([^/]+)/u.exec(new URL(request.url).pathname)?.[1] ?? "";
        const held = this.subscriptions.get(id);
        if (held === undefined) return null;
        const delivery_method = { url: held.url, temporarily_disabled: held.isDisabled };
        return { webhook_subscription: { id, active: true, delivery_method } };
      }),
    );
    api.get(/^\/incidents\?/u).reply((request: Request) => this.#answer(() => this.#list(request)));
    api
      .get(/^\/incidents\/[^/]+\/log_entries/u)
      .reply((request: Request) =>
        this.#answer(() => ({ log_entries: this.#incidentIn(request)?.entries ?? [], more: false })),
      );
    api.get(/^\/incidents\/[^/?]+(?:\?|$)/u).reply((request: Request) =>
      this.#answer(() => {
        const held = this.#incidentIn(request);
        return held ? { incident: shown(held) } : null;
      }),
    );
  }

  open(id: string, { title, service }: { readonly title: string; readonly service: string }): void {
    this.#held.set(id, { id, title, service, createdAt: new Date().toISOString(), entries: [] });
    this.step(id, "trigger");
  }

  /** Something happens to the incident: by a person, or by the integration that watches the service. */
  step(id: string, step: Step, person?: string): void {
    const held = this.#held.get(id);
    if (held === undefined) throw new TypeError(`no such incident: ${id}`);
    const agent = person
      ? { id: "PUSER", type: "user_reference", summary: person }
      : { id: "PSVC", type: "service_reference", summary: held.service };
    const created_at = new Date().toISOString();
    const number = `${id}-${held.entries.length + 1}`;
    held.entries.unshift({
      id: `R${number}`,
      type: `${step}_log_entry`,
      summary: `${step} by ${agent.summary}`,
      created_at,
      agent,
    });
    held.entries.unshift({
      id: `N${number}`,
      type: "notify_log_entry",
      summary: "Notified Jo by push",
      created_at,
      agent,
    });
  }

  #answer(body: () => object | null): [number, object] {
    if (this.outage !== null) {
      this.turnedAway++;
      return [this.outage, { error: { message: "Internal Server Error", code: 2000 } }];
    }
    const found = body();
    return found === null ? [404, { error: { message: "Not Found", code: 2100 } }] : [200, found];
  }

  /** A round asks twice: for what is open, however old, and for what began of late. */
  #list(request: Request): object {
    const { searchParams } = new URL(request.url);
    const statuses = searchParams.getAll("statuses[]");
    const isForAll = searchParams.get("date_range") === "all";
    if (isForAll) this.rounds++;
    const [since = 0, until = 0] = ["since", "until"].map((name) => Date.parse(searchParams.get(name) ?? ""));
    const incidents = [...this.#held.values()]
      .filter(({ createdAt }) => isForAll || (Date.parse(createdAt) >= since && Date.parse(createdAt) <= until))
      .map(shown)
      .filter(({ status }) => statuses.length === 0 || statuses.includes(status));
    return { incidents, limit: 100, offset: 0, more: false, total: null };
  }

  #incidentIn(request: Request): Held | undefined {
    return this.#held.get(/^\/incidents\/([^/]+)/u.exec(new URL(request.url).pathname)?.[1] ?? "");
  }
}

function shown({ id, title, service, createdAt, entries }: Held) {
  const last = entries.find(({ type }) => type !== "notify_log_entry");
  const step = (["trigger", "acknowledge", "resolve"] as const).find((each) => last?.type === `${each}_log_entry`);
  return {
    id,
    type: "incident",
    title,
    status: STATUS_AFTER[step ?? "trigger"],
    urgency: "high",
    html_url: `https://acme.pagerduty.com/incidents/${id}`,
    created_at: createdAt,
    updated_at: last?.created_at ?? createdAt,
    last_status_change_at: last?.created_at ?? createdAt,
    service: { id: "PSVC", type: "service_reference", summary: service, html_url: null },
    priority: null,
  };
}
