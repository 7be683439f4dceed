// Tries to lead the program's fetch inside and prints what it tried to connect to, as JSON. `test/security/egress-mutants.test.ts`
// runs it over the program as it is and over mutants of it.
import { subscribe } from "node:diagnostics_channel";
import { createServer, type Server } from "node:http";
import { type LookupFunction, Socket } from "node:net";
import { createSafeFetch, type EgressPolicy } from "../../src/platform/safe-fetch.ts";
import { createHostFetch } from "../../src/platform/safe-fetch-hosts.ts";
import { INSIDE } from "./inside-spellings.ts";

/** What was tried in one family, and to which addresses connections were begun. */
export interface Tries {
  readonly asked: number;
  readonly refused: number;
  readonly connectedTo: readonly string[];
}

export interface EgressTries {
  readonly spellings: Tries;
  /** Names whose answer changes between two look-ups. */
  readonly rebinding: Tries;
  readonly redirects: Tries & { readonly secretsRead: number };
}

/** Belongs to nobody (inside 2000::/3, not given out by IANA), so that a try to reach "the public" disturbs nobody. */
const PUBLIC = "2e00::1";
const PRIVATE = ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "fd00:ec2::254", "::ffff:127.0.0.1"] as const;
const PATIENCE_MS = 60;

let begun: string[] = [];
subscribe("net.client.socket", (message) => {
  if (typeof message !== "object" || message === null || !("socket" in message)) return;
  const { socket } = message;
  if (!(socket instanceof Socket)) return;
  socket.on("connectionAttempt", (address: string) => begun.push(address));
});

async function tried(asks: readonly (() => Promise<unknown>)[]): Promise<Tries> {
  begun = [];
  let refused = 0;
  for (const ask of asks) {
    await ask().catch((error: unknown) => {
      if (error instanceof Error && "retryable" in error && error.retryable === false) refused += 1;
    });
  }
  return { asked: asks.length, refused, connectedTo: begun };
}

const ask = (url: string, policy: EgressPolicy) =>
  createSafeFetch(policy)({ url, maxBytes: 1_000, signal: AbortSignal.timeout(PATIENCE_MS) });

/** A name server that gives one answer after the other, and then begins again. */
function inTurn(...turns: readonly (readonly string[])[]): LookupFunction {
  let turn = 0;
  return (_hostname, options, callback) => {
    const found = (turns[turn++ % turns.length] ?? []).map((address) => ({
      address,
      family: address.includes(":") ? 6 : 4,
    }));
    const [first] = found;
    if (options.all === true || first === undefined) callback(null, found);
    else callback(null, first.address, first.family);
  };
}

/** Three calls each: whoever looks up once more than it checks is led inside in one of them. */
const rebinding = PRIVATE.flatMap((inside) =>
  [
    inTurn([PUBLIC], [inside]),
    inTurn([inside], [PUBLIC]),
    inTurn([PUBLIC], [PUBLIC], [inside]),
    inTurn([PUBLIC], [PUBLIC, inside]),
  ].flatMap((lookup) =>
    Array.from({ length: 3 }, () => () => ask("https://rebind.example/", { allowedHosts: [], lookup })),
  ),
);

const REDIRECTS = [301, 302, 303, 307, 308] as const;

async function redirected(): Promise<EgressTries["redirects"]> {
  let secretsRead = 0;
  const secret = await listening(
    createServer((_request, response) => {
      secretsRead += 1;
      response.end("a secret");
    }),
  );
  const door = await listening(
    createServer((request, response) => {
      const status = Number(request.url?.slice(1));
      response.writeHead(status, { location: `http://127.0.0.1:${secret.port}/` }).end();
    }),
  );
  const host = `127.0.0.1:${door.port}`;
  const library = createHostFetch({ origins: [`http://${host}`], timeoutMs: 1_000, maxBytes: 1_000 });
  const found = await tried(
    REDIRECTS.flatMap((status) => [
      () => ask(`http://${host}/${status}`, { allowedHosts: [host] }),
      () => library(`http://${host}/${status}`),
    ]),
  );
  for (const { server } of [secret, door]) {
    server.closeAllConnections();
    server.close();
  }
  return { ...found, secretsRead };
}

async function listening(server: Server): Promise<{ readonly server: Server; readonly port: number }> {
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}

const tries: EgressTries = {
  spellings: await tried(INSIDE.map((url) => () => ask(url, { allowedHosts: [], lookup: inTurn([PUBLIC]) }))),
  rebinding: await tried(rebinding),
  redirects: await redirected(),
};
process.stdout.write(JSON.stringify(tries));
