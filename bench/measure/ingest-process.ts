import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { resolve } from "node:path";

export interface ServerAsked {
  readonly folder: string;
  readonly fsync: "always" | "never" | null;
  readonly database: string | null;
  readonly webhookSecret: string;
}

export interface ServerCount {
  /** CPU time of the process so far, user and system, microseconds. */
  readonly cpuUs: number;
  readonly rss: number;
  readonly rows: number;
  readonly templates: number;
}

/** A server that is measured: the real web server in a process of its own. */
export interface MeasuredServer {
  readonly url: string;
  count(): Promise<ServerCount>;
  /** One POST; resolves to the status. */
  post(path: string, body: Buffer, headers: Readonly<Record<string, string>>): Promise<number>;
  stop(): Promise<void>;
}

export async function startServer(asked: ServerAsked): Promise<MeasuredServer> {
  const child = fork(resolve(import.meta.dirname, "ingest-server.ts"), [JSON.stringify(asked)], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const [told] = await once(child, "message");
  const port: number = told.port;
  // The server closes connections that nobody used for five seconds; ours go first, so that no request meets a closed one.
  const agent = new Agent({ keepAlive: true, timeout: 3_000 });
  return {
    url: `http://127.0.0.1:${port}`,
    async count() {
      child.send("count");
      const [count] = await once(child, "message");
      return count;
    },
    post: (path, body, headers) => posted({ agent, port }, { path, body, headers }),
    async stop() {
      agent.destroy();
      await ended(child);
    },
  };
}

interface Posted {
  readonly path: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

function posted(
  to: { readonly agent: Agent; readonly port: number },
  { path, body, headers }: Posted,
): Promise<number> {
  const { promise, resolve: done, reject } = Promise.withResolvers<number>();
  const sent = request(
    { host: "127.0.0.1", ...to, path, method: "POST", headers: { ...headers, "content-length": body.length } },
    (response) => {
      response.resume();
      response.once("end", () => done(response.statusCode ?? 0));
    },
  );
  sent.once("error", reject);
  sent.end(body);
  return promise;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, "exit");
  child.disconnect();
  await exit;
}
