import { createServer, type Server } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
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
