import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type LookupFunction } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSafeFetch } from "./safe-fetch.ts";

let server: Server;
let host = "";
let hits = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    hits++;
    if (request.url === "/redirect") response.writeHead(302, { location: "/ok" }).end();
    else if (request.url === "/long") response.end("x".repeat(5000));
    else if (request.url === "/silent") response.writeHead(200).write("x");
    else response.end("hello");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const insideToo: LookupFunction = (_hostname, _options, callback) =>
  callback(null, [
    { address: "93.184.216.34", family: 4 },
    { address: "127.0.0.1", family: 4 },
  ]);

const ask = (url: string, policy: Parameters<typeof createSafeFetch>[0] = { allowedHosts: [] }, timeoutMs = 2000) =>
  createSafeFetch(policy)({ url, maxBytes: 1000, signal: AbortSignal.timeout(timeoutMs) });

test("a host that the administrator listed is read, also over http", async () => {
  const answer = await ask(`http://${host}/ok`, { allowedHosts: [host] });

  expect({ status: answer.status, body: Buffer.from(answer.body).toString() }).toEqual({ status: 200, body: "hello" });
});

test.each([
  "http://example.com/",
  "ftp://example.com/",
  "https://user:pw@example.com/",
  "https://127.0.0.1/",
  "https://127.1/",
  "https://0x7f000001/",
  "https://2130706433/",
  "https://0177.0.0.1/",
  "https://0/",
  "https://10.1.2.3/",
  "https://169.254.169.254/latest/meta-data",
  "https://[::1]/",
  "https://[::]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[64:ff9b::7f00:1]/",
  "https://[2002:7f00:1::]/",
  "https://[fe80::1]/",
  "https://[fd00::1]/",
  "not a url",
])("is refused before anything is sent: %s", async (url) => {
  await expect(ask(url)).rejects.toMatchObject({ name: "UnavailableError", retryable: false });
});

test("a public name that leads inside is refused at the socket, for each address it gives", async () => {
  const before = hits;

  await expect(ask("https://rebind.example/", { allowedHosts: [], lookup: insideToo })).rejects.toThrow(
    "does not lead to a public address",
  );
  expect(hits).toBe(before);
});

test("redirects, overlong answers and silence are errors, never followed or waited for", async () => {
  const policy = { allowedHosts: [host] };

  await expect(ask(`http://${host}/redirect`, policy)).rejects.toThrow("redirect");
  await expect(ask(`http://${host}/long`, policy)).rejects.toThrow("longer than 1000 bytes");
  await expect(ask(`http://${host}/silent`, policy, 100)).rejects.toThrow("no answer in time");
});

/** What a server says to any request, byte for byte, before it goes silent or closes. */
async function askRaw(said: string, ends: boolean): Promise<unknown> {
  const raw = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => (ends ? socket.end(said) : socket.write(said)));
  });
  await new Promise<void>((resolve) => void raw.listen(0, "127.0.0.1", resolve));
  const at = `127.0.0.1:${(raw.address() as AddressInfo).port}`;
  try {
    // A promise that never settles would end only with the test's own time.
    return await ask(`http://${at}/`, { allowedHosts: [at] }, 1000);
  } finally {
    raw.close();
  }
}

const OK = "HTTP/1.1 200 OK\r\n";
const SWITCHES = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n";

test.each([
  { how: "switches protocols", said: SWITCHES, ends: false, words: "another protocol" },
  { how: "closes without an answer", said: "", ends: true, words: "the connection failed" },
  { how: "closes inside of its headers", said: `${OK}content-`, ends: true, words: "the connection failed" },
  {
    how: "closes inside of its body",
    said: `${OK}content-length: 9\r\n\r\nx`,
    ends: true,
    words: "the connection failed",
  },
  {
    how: "sends headers and never the body",
    said: `${OK}content-length: 9\r\n\r\n`,
    ends: false,
    words: "no answer in time",
  },
  {
    how: "says to go on and nothing more",
    said: "HTTP/1.1 100 Continue\r\n\r\n",
    ends: false,
    words: "no answer in time",
  },
])("a server that $how is an error within the deadline", async ({ said, ends, words }) => {
  await expect(askRaw(said, ends)).rejects.toThrow(words);
});
