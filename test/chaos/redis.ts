import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort } from "../support/free-port.ts";

const READY_WITHIN_MS = 10_000;

/** A real Redis as the documentation asks for it: `noeviction`, an append-only file synced every second. */
export class ChaosRedis {
  readonly #folder: string;
  #port = 0;
  #child: ChildProcess | null = null;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort();
    const settings = [
      "--appendonly",
      "yes",
      "--appendfsync",
      "everysec",
      "--maxmemory-policy",
      "noeviction",
      "--save",
      "",
    ];
    const args = ["--port", String(this.#port), "--bind", "127.0.0.1", "--dir", this.#folder, ...settings];
    this.#child = spawn("redis-server", args, { stdio: "ignore" });
    const failed = once(this.#child, "error").then(([error]) => {
      throw new Error(`redis-server could not be started: ${String(error)}. Install Redis 6.2 or newer.`);
    });
    await Promise.race([this.#answers(), failed]);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  /** Empties everything. */
  async flush(): Promise<void> {
    await this.#ask((client) => client.flushall());
  }

  /** While it is full it answers readers and refuses every write, as `noeviction` has it. */
  async setFull(isFull: boolean): Promise<void> {
    await this.#ask((client) => client.config("SET", "maxmemory", isFull ? "1" : "0"));
  }

  async #answers(): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline) {
      const isReady = await this.#ask((client) => client.ping()).then(
        () => true,
        () => false,
      );
      if (isReady) return;
      await wait(50);
    }
    throw new Error("redis-server does not answer");
  }

  async #ask(question: (client: Redis) => Promise<unknown>): Promise<void> {
    const client = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await question(client);
    } finally {
      client.disconnect();
    }
  }
}
