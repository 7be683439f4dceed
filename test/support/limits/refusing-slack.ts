import nock from "nock";
import type { Call } from "../../../dev/slack/workspace.ts";
import { DEFAULT_TENANT } from "../../../src/core/ids.ts";
import { withClient } from "../../../src/store/client.ts";
import { FakeSlack } from "../fake-slack/fake-slack.ts";
import { eventually, type Install, startInstall } from "../install.ts";
import { PagerDutyStub } from "../pagerduty-stub.ts";
import { pagerDutyAlert } from "./alert.ts";

const QUIET_WITHIN_MS = 45_000;
/** Edits keep a distance of some seconds; later looks at the sources are planned a minute ahead and more. */
const DUE = `SELECT job, payload, last_error FROM outbox WHERE done_at IS NULL AND quarantined_at IS NULL
  AND not_before < now() + CASE WHEN job = 'surface.publish' THEN interval '8 s' ELSE interval '2 s' END`;

/** A whole install between a Slack that refuses what a test names and a PagerDuty that takes notes. */
export class RefusingSlack {
  readonly slack = new FakeSlack(() => Date.now());
  readonly pagerDuty = new PagerDutyStub();
  /** Every post is refused with this code; null when none is. */
  refusal: string | null = null;
  #install: Install | null = null;

  async start(routes: Readonly<Record<string, string>>): Promise<void> {
    nock.disableNetConnect();
    nock.enableNetConnect(/^(?:127\.0\.0\.1|localhost)/u);
    this.pagerDuty.install();
    await this.slack.start();
    const { workspace } = this.slack;
    const take = workspace.takeFault.bind(workspace);
    workspace.takeFault = (method) =>
      this.refusal !== null && method === "chat.postMessage" ? { kind: "refuse", code: this.refusal } : take(method);
    this.#install = await startInstall({
      SLACK_BOT_TOKEN: "xoxb-test",
      SLACK_SIGNING_SECRET: "test-signing-secret",
      SLACK_CHANNEL: "C0INCIDENTS",
      SLACK_API_URL: this.slack.apiUrl,
      SLACK_ROUTES: Object.entries(routes)
        .map(([service, channel]) => `${service}=${channel}`)
        .join(", "),
      PAGERDUTY_API_TOKEN: "a-token-for-tests",
      PAGERDUTY_FROM_EMAIL: "bot@shop.example",
    });
  }

  async stop(): Promise<void> {
    await this.#install?.stop();
    await this.slack.stop();
    nock.cleanAll();
    nock.enableNetConnect();
  }

  get install(): Install {
    if (this.#install === null) throw new Error("it was not started");
    return this.#install;
  }

  /** Tells about an incident of a service and waits until everything is done that can be done now. */
  async tell(service: string, type: "triggered" | "acknowledged" | "resolved" = "triggered"): Promise<void> {
    await this.install.webhook(pagerDutyAlert({ id: `Q${service.toUpperCase()}`, service, type }));
    await this.quiet();
  }

  /** Nothing is due any more, or soon. */
  async quiet(): Promise<void> {
    const { databaseUrl } = this.install;
    let waiting: readonly unknown[] = [];
    await eventually(async () => {
      const { rows } = await withClient(databaseUrl, (client) => client.query<{ job: string }>(DUE));
      waiting = rows;
      return rows.length === 0 ? true : null;
    }, QUIET_WITHIN_MS).catch(() => {
      throw new Error(`work does not end: ${JSON.stringify(waiting)}`);
    });
  }

  /** Five minutes later, for everything that waits for them: stored refusals are over, and so are the waits of jobs. */
  async minutesPass(): Promise<void> {
    await withClient(this.install.databaseUrl, async (client) => {
      await client.query("DELETE FROM mark WHERE name LIKE 'slack/closed/%'");
      await client.query("UPDATE outbox SET not_before = now() WHERE done_at IS NULL AND job = 'surface.publish'");
    });
    await this.quiet();
  }

  /** Posts that were tried, in the channel of that name when one is given. */
  posts(channel?: string): readonly Call[] {
    const posts = this.slack.workspace.callsOf("chat.postMessage");
    return channel === undefined ? posts : posts.filter(({ body }) => body["channel"] === channel);
  }

  cardsOf(service: string) {
    return this.slack.workspace.roots().filter(({ text }) => text.includes(` ${service}:`));
  }

  notesOf(service: string): readonly string[] {
    const incident = `Q${service.toUpperCase()}`;
    return this.pagerDuty.notes.filter((note) => note.incident === incident).map(({ content }) => content);
  }

  /** What `doctor` says about messages. */
  async advice(): Promise<string> {
    const { messages } = this.install.program.wiring.store;
    const stuck = await messages.stuck(DEFAULT_TENANT, "slack", 100);
    return stuck.map(({ problem }) => problem ?? "").join("\n");
  }
}
