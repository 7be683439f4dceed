import type { IncomingMessage, ServerResponse } from "node:http";

export interface LiveDeps {
  /** The newest sequence of what is shown and its one sentence; null when there is no such incident. */
  readonly look: (incident: string) => Promise<{ readonly sequence: number; readonly notification: string } | null>;
  readonly onError: (cause: unknown) => void;
  /** How often each open connection is asked again whether it may still watch. */
  readonly askEveryMs: number;
  readonly lookEveryMs: number;
  readonly heartbeatEveryMs: number;
  readonly maxConnections: number;
}

/** One open page. */
export interface Watcher {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether it may watch now. Asked of the same request again while the page stays open. */
  readonly mayWatch: () => Promise<boolean>;
}

export interface LiveStreams {
  open(incident: string, watcher: Watcher): Promise<void>;
  stop(): void;
}

interface Watch {
  readonly listeners: Set<ServerResponse>;
  readonly timer: NodeJS.Timeout;
  sequence: number;
  isLooking: boolean;
}

/**
 * Tells open pages that there is something newer. All pages of one incident share one look a second, so a busy incident
 * costs the database no more than a quiet one. Too many connections get 503, and the page asks less often instead. A page
 * whose session ended, or whose incident went where it may not look, hears no more: the connection is closed.
 */
export function createLiveStreams(deps: LiveDeps): LiveStreams {
  const watches = new Map<string, Watch>();
  const connections = new Map<ServerResponse, NodeJS.Timeout>();
  const heartbeat = setInterval(() => {
    for (const response of connections.keys()) response.write(": still here\n\n");
  }, deps.heartbeatEveryMs).unref();

  const leave = (incident: string, response: ServerResponse) => {
    clearInterval(connections.get(response));
    connections.delete(response);
    const watch = watches.get(incident);
    watch?.listeners.delete(response);
    if (watch?.listeners.size !== 0) return;
    clearInterval(watch.timer);
    watches.delete(incident);
  };
  return {
    open: async (incident, watcher) => {
      const { request, response } = watcher;
      if (connections.size >= deps.maxConnections) return refuse(response, 503);
      connections.set(
        response,
        askAgain(deps, watcher.mayWatch, () => {
          leave(incident, response);
          response.end();
        }),
      );
      request.on("close", () => leave(incident, response));
      response.on("close", () => leave(incident, response));
      const now = await deps.look(incident).catch(deps.onError);
      if (response.destroyed || !connections.has(response)) return;
      if (!now) {
        leave(incident, response);
        return refuse(response, now === null ? 404 : 503);
      }
      begin(response);
      tell(response, now);
      const watch = watches.get(incident) ?? startWatch(deps, incident, now.sequence);
      watches.set(incident, watch);
      watch.listeners.add(response);
    },
    stop: () => {
      clearInterval(heartbeat);
      for (const { timer } of watches.values()) clearInterval(timer);
      for (const [response, timer] of connections) {
        clearInterval(timer);
        response.end();
      }
      watches.clear();
      connections.clear();
    },
  };
}

/** Whoever cannot be told to be allowed is not: the page comes back by itself, and is asked at the door. */
function askAgain(deps: LiveDeps, mayWatch: Watcher["mayWatch"], close: () => void): NodeJS.Timeout {
  let isAsking = false;
  const ask = async () => {
    if (isAsking) return;
    isAsking = true;
    const mayStay = await mayWatch().catch(deps.onError);
    isAsking = false;
    if (mayStay !== true) close();
  };
  return setInterval(() => void ask(), deps.askEveryMs).unref();
}

function startWatch(deps: LiveDeps, incident: string, sequence: number): Watch {
  const watch: Watch = {
    listeners: new Set(),
    sequence,
    isLooking: false,
    timer: setInterval(() => void look(deps, incident, watch), deps.lookEveryMs).unref(),
  };
  return watch;
}

/** One look; a slow database makes looks rarer, never parallel. */
async function look(deps: LiveDeps, incident: string, watch: Watch): Promise<void> {
  if (watch.isLooking) return;
  watch.isLooking = true;
  try {
    const now = await deps.look(incident);
    if (now === null || now.sequence === watch.sequence) return;
    watch.sequence = now.sequence;
    for (const response of watch.listeners) tell(response, now);
  } catch (cause) {
    deps.onError(cause);
  } finally {
    watch.isLooking = false;
  }
}

function begin(response: ServerResponse): void {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  response.write("retry: 3000\n\n");
}

function tell(response: ServerResponse, now: { readonly sequence: number; readonly notification: string }): void {
  response.write(`event: state\ndata: ${JSON.stringify(now)}\n\n`);
}

function refuse(response: ServerResponse, status: 404 | 503): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(status === 404 ? "not found\n" : "unavailable, try again\n");
}
