import { randomInt } from "node:crypto";
import { createServer } from "node:net";

const LOWEST = 15_000;
/** From here on the system gives ports to outgoing connections, which could take the port before its program does. */
const ABOVE_HIGHEST = 32_000;
const MAX_TRIES = 50;

/** A port of this machine that nobody listens on, for a program that cannot take port 0. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const port = randomInt(LOWEST, ABOVE_HIGHEST);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port among ${MAX_TRIES} tried`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
