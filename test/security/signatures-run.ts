import { setTimeout as wait } from "node:timers/promises";
import { ManualClock } from "../support/fakes.ts";
import { createSnsSender, type SnsSender } from "../support/sns-sender.ts";
import { mutant } from "./mutants.ts";
import { Random } from "./random.ts";
import { RawConnection, type RawRequest } from "./raw-http.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { alertmanager, allSenders, generic, pagerduty, SECRETS, type Sender, slack } from "./senders.ts";
import { snsMutant } from "./sns-mutants.ts";

export interface SignatureOptions {
  /** Mutants per scheme. */
  readonly count: number;
  readonly seed: number;
  readonly onProgress?: (scheme: string) => void;
}

export interface SchemeReport {
  readonly scheme: string;
  readonly mutants: number;
  /** Mutants that were not refused, at most twenty; must be empty. */
  readonly accepted: readonly string[];
  readonly kinds: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  /** Right requests sent in between; all of them must be taken, or the refusals prove nothing. */
  readonly controls: { readonly sent: number; readonly taken: number };
}

const AT_ONCE = 8;
const CONTROL_EVERY = 500;
const MAX_TRIES = 6;
const START_MS = Date.UTC(2026, 10, 21, 2);

/** Sends forged requests of every scheme to the real receivers over HTTP. */
export async function runSignatures({ count, seed, onProgress }: SignatureOptions): Promise<readonly SchemeReport[]> {
  const sns = createSnsSender();
  const clock = new ManualClock(START_MS);
  // What is stored does not matter here; signatures decide before that.
  // Made first: making keys keeps the loop busy, and a busy receiver sends everything away.
  const snsStrangers = [createSnsSender({ version: "2", name: "1" }), createSnsSender()] as const;
  const receiver = await startReceiver({ inbox: { store: () => Promise.resolve("stored") }, clock, sns });
  const reports: SchemeReport[] = [];
  try {
    for (const sender of allSenders(sns)) {
      reports.push(
        await new SchemeRun({ sender, sns, snsStrangers, receiver, clock, random: new Random(seed) }).report(count),
      );
      onProgress?.(sender.name);
    }
  } finally {
    await receiver.server.close(100);
  }
  return reports;
}

/** Near misses of the right key, and a stranger's. */
function strangersOf({ name }: Sender): readonly [Sender, ...Sender[]] {
  const make = { pagerduty, alertmanager, generic, slack }[name === "cloudwatch" ? "generic" : name];
  const right = SECRETS[name === "cloudwatch" ? "generic" : name];
  return [
    make(`${right}x`),
    make(right.slice(0, -1)),
    make(right.toUpperCase()),
    make(right.toUpperCase().slice(0, 1) + right.slice(1)),
    make(right.split("").toReversed().join("")),
    make("a-stranger's-own-secret"),
  ];
}

interface Parts {
  readonly sender: Sender;
  readonly sns: SnsSender;
  readonly snsStrangers: readonly [SnsSender, SnsSender];
  readonly receiver: Receiver;
  readonly clock: ManualClock;
  readonly random: Random;
}

class SchemeRun {
  readonly #parts: Parts;
  readonly #strangers: readonly [Sender, ...Sender[]];
  readonly #kinds: Record<string, number> = {};
  readonly #statuses: Record<string, number> = {};
  readonly #accepted: string[] = [];
  readonly #controls = { sent: 0, taken: 0 };
  #next = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#strangers = strangersOf(parts.sender);
  }

  async report(count: number): Promise<SchemeReport> {
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#sendOnOne(count)));
    return {
      scheme: this.#parts.sender.name,
      mutants: this.#next,
      accepted: this.#accepted,
      kinds: this.#kinds,
      statuses: this.#statuses,
      controls: this.#controls,
    };
  }

  async #sendOnOne(count: number): Promise<void> {
    const { sender, receiver } = this.#parts;
    const connection = new RawConnection(receiver.port);
    while (this.#next < count && this.#accepted.length < 20) {
      const number = this.#next++;
      if (number % CONTROL_EVERY === 0) await this.#sendRight(connection);
      const { kind, request } = this.#mutant();
      const status = await this.#send(connection, request);
      this.#kinds[kind] = (this.#kinds[kind] ?? 0) + 1;
      this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
      if (status !== 401 && status !== 400) this.#accepted.push(`${sender.name}, number ${number}, ${kind}: ${status}`);
    }
    connection.close();
  }

  /** Asks again when the receiver could not tell: it was busy, or had asked for too many certificates in this minute. */
  async #send(connection: RawConnection, request: RawRequest): Promise<number> {
    for (let tries = 1; ; tries++) {
      const status = await connection.send(request);
      if (status !== 503 || tries === MAX_TRIES) return status;
      if (this.#parts.sender.name === "cloudwatch") this.#parts.clock.advance(60_000);
      await wait(100 * tries);
    }
  }

  #mutant() {
    const { sender, sns, snsStrangers, random, clock } = this.#parts;
    if (sender.name === "cloudwatch") {
      return snsMutant(random, sns.notification(random.oneOf(sender.bodies).toString()), random.oneOf(snsStrangers));
    }
    const nowMs = clock.nowMs();
    const seen = sender.sign(random.oneOf(sender.bodies), nowMs);
    return mutant(random, { sender, strangers: this.#strangers, seen, nowMs });
  }

  async #sendRight(connection: RawConnection): Promise<void> {
    const { sender, random, clock } = this.#parts;
    const signed = sender.sign(random.oneOf(sender.bodies), clock.nowMs());
    const status = await this.#send(connection, { path: sender.path, ...signed });
    this.#controls.sent++;
    if (status >= 200 && status < 300) this.#controls.taken++;
  }
}
