import { createServer, type Server } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

const LOOK_MS = 50;

/**
 * The outside checker of a heartbeat: it hears calls at an address and raises an alarm when none came for so long. It knows
 * nothing of the program and asks nobody.
 */
export class OutsideChecker {
  readonly beats: number[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((_request, response) => {
      this.beats.push(performance.now());
      response.end("ok");
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return `http://127.0.0.1:${port}/beat`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Waits for a beat that comes from now on; how long that took. Rejects when the patience ends. */
  async nextBeat(patienceMs: number): Promise<number> {
    const [begun, before] = [performance.now(), this.beats.length];
    while (this.beats.length === before) {
      if (performance.now() - begun > patienceMs) throw new Error(`no heartbeat for ${patienceMs / 1_000} s`);
      await wait(LOOK_MS);
    }
    return performance.now() - begun;
  }

  /** How long after `sinceMs` the alarm comes: when `silenceMs` are over without a beat. Null when none comes in time. */
  async alarmAfter(sinceMs: number, limits: { readonly silenceMs: number; readonly patienceMs: number }) {
    while (performance.now() - sinceMs < limits.patienceMs) {
      const last = this.beats.at(-1) ?? sinceMs;
      if (performance.now() - last >= limits.silenceMs) return performance.now() - sinceMs;
      await wait(LOOK_MS);
    }
    return null;
  }
}
