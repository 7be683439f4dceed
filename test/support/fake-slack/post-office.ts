import { setTimeout as sleep } from "node:timers/promises";
import type { Call, Fault } from "../../../dev/slack/workspace.ts";
import type { JobOutcome } from "../../../src/app/jobs/catalog.ts";
import type { IncidentAnswer } from "../../../src/app/verbs.ts";
import { libraryLogger, webClient } from "../../../src/surfaces/slack/client.ts";
import { Cooldowns } from "../../../src/surfaces/slack/delivery/cooldown.ts";
import { publish } from "../../../src/surfaces/slack/delivery/publish.ts";
import type { Publisher } from "../../../src/surfaces/slack/delivery/publisher.ts";
import { RefusedForms } from "../../../src/surfaces/slack/delivery/refused-forms.ts";
import { Turns } from "../../../src/surfaces/slack/delivery/turns.ts";
import { allowedLinks } from "../../../src/surfaces/slack/drawing/links.ts";
import type { Target } from "../../../src/surfaces/slack/routing.ts";
import { InMemoryMarks } from "../fakes.ts";
import { FakeSlack } from "./fake-slack.ts";
import { MemoryLog } from "./memory-log.ts";
import { HandClock, MemoryMessages, redactor } from "./memory-messages.ts";
import { PUBLIC_URL } from "./sample-answers.ts";

/** Shorter than in the product, so that silence does not take ten seconds. */
const CALL_TIMEOUT_MS = 250;
const MOST_RUNS = 200;

/** A fault and the call it met. */
export interface TakenFault {
  readonly fault: Fault;
  readonly call: Call;
}

/** The publishing half alone over a fake Slack: any number of workers over the same stored rows. */
export class PostOffice {
  readonly clock = new HandClock();
  readonly messages = new MemoryMessages();
  readonly marks = new InMemoryMarks();
  readonly log = new MemoryLog();
  readonly fake = new FakeSlack(() => this.clock.nowMs());
  /** Where new cards go. */
  channel = "C0INCIDENTS";
  home = "C0INCIDENTS";
  mutedUntilMs: number | null = null;
  /** What went wrong so far, in order. */
  readonly faults: TakenFault[] = [];
  /** From now on nothing goes wrong. */
  isCalm = false;
  #nonces = 0;

  async start(): Promise<void> {
    await this.fake.start();
    const { workspace } = this.fake;
    const take = workspace.takeFault.bind(workspace);
    workspace.takeFault = (method) => {
      const fault = this.isCalm ? null : take(method);
      const call = workspace.calls.at(-1);
      if (fault !== null && call !== undefined) this.faults.push({ fault, call });
      return fault;
    };
  }

  async stop(): Promise<void> {
    await this.fake.stop();
  }

  /** A worker that knows only what is stored. */
  worker(): Publisher {
    const client = webClient(
      "xoxb-test",
      { apiUrl: this.fake.apiUrl, logger: libraryLogger(this.log, redactor) },
      CALL_TIMEOUT_MS,
    );
    const target = (): Target =>
      this.mutedUntilMs !== null && this.mutedUntilMs > this.clock.nowMs()
        ? { status: "muted", untilMs: this.mutedUntilMs }
        : { status: "channel", team: null, client, channel: this.channel };
    return {
      messages: this.messages,
      clock: this.clock,
      logger: this.log,
      newNonce: () => `n-${++this.#nonces}`,
      cooldowns: new Cooldowns(this.marks, this.clock),
      turns: new Turns(this.marks, this.clock),
      refusedForms: new RefusedForms(this.clock),
      links: allowedLinks([], PUBLIC_URL),
      routing: { targetOf: async () => target(), clientOf: () => client, homeOf: () => this.home },
    };
  }

  publish(answer: IncidentAnswer, worker = this.worker()): Promise<JobOutcome> {
    return publish(worker, answer, AbortSignal.timeout(20_000));
  }

  /** Publishes until nothing is left to do, each run by a worker that remembers nothing, at the time the job asks for. */
  async publishUntilDone(answer: IncidentAnswer): Promise<JobOutcome> {
    for (let run = 0; run < MOST_RUNS; run++) {
      const outcome = await this.publish(answer);
      const late = this.faults.at(-1)?.fault;
      // The clock is moved by hand: what is stored late must not come hours later.
      if (late?.kind === "stored-late") await sleep(late.ms + 5);
      if (outcome.status === "done") return outcome;
      this.clock.advance(Math.max(0, outcome.notBeforeMs - this.clock.nowMs()));
    }
    throw new Error("publishing does not end");
  }
}
