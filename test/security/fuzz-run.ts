import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { z } from "zod";
import { createTestDatabase } from "../support/database.ts";
import { createSnsSender } from "../support/sns-sender.ts";
import { fuzzRequest, namedBodies } from "./fuzz-bodies.ts";
import { RawConnection } from "./raw-http.ts";
import { allSenders, type Sender, slack } from "./senders.ts";
import { slackBodies } from "./slack-bodies.ts";
import { startSlackStub } from "./slack-stub.ts";

export interface FuzzOptions {
  readonly bodies: number;
  readonly seed: number;
  readonly onProgress?: (sent: number) => void;
}

/** What was counted. Every list of faults must be empty. */
export interface FuzzReport {
  readonly seed: number;
  readonly bodies: number;
  readonly signed: number;
  readonly unsigned: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests that were answered otherwise than they had to be, at most twenty, with the number that repeats them. */
  readonly wrong: readonly string[];
  /** Named cases and what their signed and unsigned form got. */
  readonly named: Readonly<Record<string, string>>;
  readonly wrongNamed: readonly string[];
  readonly exitCode: number | null;
  readonly unhandled: number;
  readonly problems: readonly string[];
  readonly rssMiB: {
    readonly afterWarmUp: number;
    readonly end: number;
    readonly growth: number;
    readonly course: readonly number[];
  };
  readonly heapMiB: { readonly afterWarmUp: number; readonly end: number };
  /** How long the loop was busy in one go, in time of the processor; `named` is the longest of the named cases. */
  readonly loopBusyMs: { readonly p999: number; readonly max: number; readonly named: number };
  /** By the clock on the wall: on a shared machine the others' work is in it. */
  readonly loopDelayMs: { readonly p999: number; readonly max: number };
  readonly serverCpuMs: number;
  /** What the handlers behind the signature said to Slack: more than none, or nobody heard what was signed. */
  readonly slackCalls: number;
  readonly tookMs: number;
}

const AT_ONCE = 12;
/** Until then a process grows anyway: code is compiled, pools and tables fill. */
const warmUpOf = (bodies: number) =>
  Math.floor(Math.min(100_000, Math.max(bodies * 0.6, Math.min(bodies * 0.8, 24_000))));
const MAX_FAULTS = 20;
/** How often the memory is looked at after the warm-up. */
const PARTS = 8;

const Told = z.object({
  rss: z.number(),
  heapUsed: z.number(),
  busyP999Ms: z.number(),
  busyMaxMs: z.number(),
  cpuMs: z.number(),
  delayP999Ms: z.number(),
  delayMaxMs: z.number(),
  unhandled: z.number(),
  problems: z.array(z.string()),
});
type Told = z.infer<typeof Told>;

/** Sends hostile bodies over real connections to the real receivers and counts what came back. Throws when the receiver cannot start. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const database = await createTestDatabase();
  const sns = createSnsSender({ version: "2" });
  const stub = await startSlackStub();
  const child = fork(resolve(import.meta.dirname, "fuzz-server.ts"), {
    execArgv: ["--expose-gc", "--disable-warning=ExperimentalWarning"],
  });
  try {
    const { topic, certificate, certificateUrl } = sns;
    const databaseUrl = database.connectionString;
    child.send({ databaseUrl, topic, certificate, certificateUrl, slackApiUrl: stub.apiUrl });
    const [{ port }] = z
      .tuple([z.object({ port: z.number() })])
      .rest(z.unknown())
      .parse(await once(child, "message"));
    const [first, ...bodies] = slackBodies(stub.responseUrl).map(({ raw }) => Buffer.from(raw));
    const sender = first === undefined ? slack() : { ...slack(), bodies: [first, ...bodies] as const };
    const report = await new FuzzRun(options, { child, port, senders: allSenders(sns, sender) }).report();
    return { ...report, slackCalls: stub.calls() };
  } finally {
    if (child.connected) child.disconnect();
    if (child.exitCode === null) await once(child, "exit");
    stub.close();
    await database.stop();
  }
}

interface Target {
  readonly child: ChildProcess;
  readonly port: number;
  readonly senders: readonly [Sender, ...Sender[]];
}

const mib = (bytes: number) => Math.round((bytes / 1024 ** 2) * 10) / 10;

class FuzzRun {
  readonly #options: FuzzOptions;
  readonly #target: Target;
  readonly #statuses: Record<string, number> = {};
  readonly #wrong: string[] = [];
  #next = 0;
  #signed = 0;

  constructor(options: FuzzOptions, target: Target) {
    this.#options = options;
    this.#target = target;
  }

  async report(): Promise<Omit<FuzzReport, "slackCalls">> {
    const startedMs = performance.now();
    const { bodies, seed } = this.#options;
    await this.#sendUntil(warmUpOf(bodies));
    const before = await this.#ask();
    const course = [before.rss];
    for (let part = 1; part < PARTS; part++) {
      await this.#sendUntil(warmUpOf(bodies) + Math.floor(((bodies - warmUpOf(bodies)) * part) / PARTS));
      course.push((await this.#ask()).rss);
    }
    await this.#sendUntil(bodies);
    const after = await this.#ask();
    // Last, because a body of megabytes raises the memory for good and would hide what grows.
    const { named, wrongNamed } = await this.#sendNamed();
    const end = await this.#ask();
    return {
      seed,
      bodies: this.#next,
      signed: this.#signed,
      unsigned: this.#next - this.#signed,
      statuses: this.#statuses,
      wrong: this.#wrong,
      named,
      wrongNamed,
      exitCode: this.#target.child.exitCode,
      unhandled: end.unhandled,
      problems: end.problems,
      rssMiB: {
        afterWarmUp: mib(before.rss),
        end: mib(after.rss),
        growth: mib(after.rss - before.rss),
        course: course.map(mib),
      },
      heapMiB: { afterWarmUp: mib(before.heapUsed), end: mib(after.heapUsed) },
      loopBusyMs: {
        p999: Math.round(after.busyP999Ms),
        max: Math.round(after.busyMaxMs),
        named: Math.round(end.busyMaxMs),
      },
      loopDelayMs: {
        p999: Math.round(after.delayP999Ms),
        max: Math.round(after.delayMaxMs),
      },
      serverCpuMs: Math.round(after.cpuMs),
      tookMs: Math.round(performance.now() - startedMs),
    };
  }

  async #ask(): Promise<Told> {
    this.#target.child.send("how are you");
    const [told] = await once(this.#target.child, "message");
    return Told.parse(told);
  }

  async #sendUntil(until: number): Promise<void> {
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#sendOnOne(until)));
  }

  async #sendOnOne(until: number): Promise<void> {
    const connection = new RawConnection(this.#target.port);
    while (this.#next < until && this.#wrong.length < MAX_FAULTS && this.#target.child.exitCode === null) {
      const number = this.#next++;
      const request = fuzzRequest(this.#options.seed * 10_000_019 + number, this.#target.senders, Date.now());
      const status = await connection.send({ ...request, path: request.sender.path });
      if (request.isSigned) this.#signed++;
      const kind = `${request.isSigned ? "signed" : "unsigned"} ${status}`;
      this.#statuses[kind] = (this.#statuses[kind] ?? 0) + 1;
      if (!isRight(status, request.isSigned)) this.#wrong.push(`number ${number}, ${request.sender.name}: ${kind}`);
      if (number % 50_000 === 0) this.#options.onProgress?.(number);
    }
    connection.close();
  }

  /** Each named case to each sender, without a signature and with one. */
  async #sendNamed() {
    const connection = new RawConnection(this.#target.port);
    const named: Record<string, string> = {};
    const wrongNamed: string[] = [];
    for (const sender of this.#target.senders) {
      for (const [name, content] of Object.entries(namedBodies(contentBytes(sender)))) {
        const plain = await connection.send({ path: sender.path, headers: [], body: content });
        const { headers, body } = sender.sign(content, Date.now());
        const signed = await connection.send({ path: sender.path, headers, body });
        named[`${sender.name}: ${name}`] = `${plain} / ${signed}`;
        if (!isRight(plain, false) || !isRight(signed, true))
          wrongNamed.push(`${sender.name}: ${name}: ${plain} / ${signed}`);
      }
    }
    connection.close();
    return { named, wrongNamed };
  }
}

/** SNS takes messages up to 256 KB; the others' bodies may be as large as their receiver allows. */
const contentBytes = ({ name, maxBytes }: Sender) => (name === "cloudwatch" ? 262_144 : maxBytes);

const isRight = (status: number, isSigned: boolean) => (isSigned ? status >= 200 && status < 300 : status === 401);

/** Every promise that this run broke, a sentence each; empty when all were kept. */
export function brokenPromises(report: FuzzReport, limits = { growthMiB: 50, loopBusyMs: 100 }): readonly string[] {
  const { wrong, wrongNamed, exitCode, unhandled, problems, rssMiB, loopBusyMs, slackCalls } = report;
  return [
    ...wrong.map((each) => `answered wrongly: ${each}`),
    ...wrongNamed.map((each) => `named case answered wrongly (unsigned / signed): ${each}`),
    ...problems.map((each) => `reading a stored body failed: ${each}`),
    ...(exitCode === null ? [] : [`the receiver exited with ${exitCode}`]),
    ...(slackCalls > 0 ? [] : ["what Slack signed reached no handler"]),
    ...(unhandled === 0 ? [] : [`${unhandled} unhandled rejections`]),
    ...(rssMiB.growth < limits.growthMiB ? [] : [`memory grew by ${rssMiB.growth} MiB after the warm-up`]),
    ...(loopBusyMs.p999 < limits.loopBusyMs
      ? []
      : [`the event loop was busy for ${loopBusyMs.p999} ms in one go (p99.9)`]),
  ];
}
