import type { Log } from "./log.ts";

/** What a log does when its process ends. */
export interface Ending {
  /** Nothing is left to do: the last moment to send something. */
  beforeExit(): void;
  /** Nothing asynchronous happens any more. */
  exit(): void;
}

const open = new Set<Ending>();
const beforeExit = () => open.forEach((ending) => ending.beforeExit());
const exit = () => open.forEach((ending) => ending.exit());

/** Tells an ending when the process ends. However many logs there are, the process has two listeners. */
export function watchProcess(ending: Ending): void {
  if (open.size === 0) {
    process.on("beforeExit", beforeExit);
    process.on("exit", exit);
  }
  open.add(ending);
}

/** How `closeOnSignal` closes. */
export interface SignalOptions {
  /** SIGTERM and SIGINT by default. */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
  /** 3,000 by default. */
  readonly deadlineMs?: number | undefined;
}

/**
 * Delivers what waits when the process is told to end, then lets the signal have its usual effect; a program with a
 * listener of its own for the signal decides by itself when it ends. Returns a function that takes the listeners away.
 */
export function closeOnSignal(log: Log, options: SignalOptions = {}): () => void {
  const signals = options.signals ?? ["SIGTERM", "SIGINT"];
  const end = async (signal: NodeJS.Signals) => {
    remove();
    await log.close(options.deadlineMs ?? 3_000);
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const onSignal = (signal: NodeJS.Signals) => void end(signal);
  const remove = () => signals.forEach((signal) => process.off(signal, onSignal));
  for (const signal of signals) process.on(signal, onSignal);
  return remove;
}
