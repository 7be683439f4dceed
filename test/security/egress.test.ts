import { createHook } from "node:async_hooks";
import { createServer, type Server } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSafeFetch, type EgressPolicy } from "../../src/platform/safe-fetch.ts";
import { createHostFetch, RedirectError } from "../../src/platform/safe-fetch-hosts.ts";
import { INSIDE } from "./inside-spellings.ts";

/** Every try to connect that this process makes, to whatever address: counted where sockets are made, not at a server. */
let connections = 0;
const counter = createHook({
  init: (_id, type) => {
    if (type === "TCPCONNECTWRAP") connections++;
  },
});
const BOMB = gzipSync(Buffer.alloc(10 * 1024 * 1024));
let server: Server;
let host = "";
let port = 0;

beforeAll(async () => {
  counter.enable();
  server = createServer((request, response) => {
    const { url } = request;
    if (url === "/redirect") response.writeHead(302, { location: "http://127.0.0.1:1/secret" }).end();
    else if (url === "/long") response.end("x".repeat(5_000));
    else if (url === "/packed") response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("hello"));
    else if (url === "/bomb") response.writeHead(200, { "content-encoding": "gzip" }).end(BOMB);
    else if (url === "/broken") response.writeHead(200, { "content-encoding": "gzip" }).end("not packed at all");
    else if (url === "/odd") response.writeHead(200, { "content-encoding": "br" }).end("x");
    else if (url === "/drip") void drip(response);
    else response.end("hello");
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const address: AddressInfo | string | null = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  host = `127.0.0.1:${port}`;
});
afterAll(() => {
  counter.disable();
  server.closeAllConnections();
  server.close();
});

/** A byte now and then: each of them in time, all of them never. */
async function drip(response: NodeJS.WritableStream & { destroyed: boolean }): Promise<void> {
  for (let sent = 0; sent < 200 && !response.destroyed; sent++) {
    response.write("x");
    await new Promise((done) => setTimeout(done, 20));
  }
}

const ask = (url: string, policy: EgressPolicy = { allowedHosts: [] }, timeoutMs = 5_000) =>
  createSafeFetch(policy)({ url, maxBytes: 1_000, signal: AbortSignal.timeout(timeoutMs) });

test(`${INSIDE.length} spellings of what is inside or odd: refused, and not one try to connect`, async () => {
  expect(INSIDE.length).toBeGreaterThanOrEqual(60);
  const before = connections;
  for (const url of INSIDE) {
    await expect(ask(url)).rejects.toMatchObject({ name: "UnavailableError", retryable: false });
  }

  expect(connections - before).toBe(0);
});

/** A name server that gives one answer after another, and the last one for ever. */
const answers = (...turns: readonly (readonly string[])[]): LookupFunction & { asked: () => number } => {
  let turn = 0;
  const lookup: LookupFunction = (_hostname, _options, callback) => {
    const addresses = turns[Math.min(turn++, turns.length - 1)] ?? [];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  return Object.assign(lookup, { asked: () => turn });
};

describe("names", () => {
  test.each([
    [["127.0.0.1"]],
    [["93.184.216.34", "127.0.0.1"]],
    [["2606:2800:220:1::1", "::1"]],
    [["::ffff:10.0.0.1"]],
    [["169.254.169.254"]],
    [["fe80::1%eth0"]],
    [[]],
  ])("one that leads to %j is not connected to", async (addresses) => {
    const before = connections;

    await expect(ask("https://shop.example/", { allowedHosts: [], lookup: answers(addresses) })).rejects.toMatchObject({
      name: "UnavailableError",
    });
    expect(connections - before).toBe(0);
  });

  test("one that changes its mind is asked once per call, and the answer that was checked is the one that is used", async () => {
    const rebinding = answers(["192.88.99.1"], ["127.0.0.1"]);
    const before = connections;
    for (let call = 0; call < 3; call++) {
      await expect(ask("https://shop.example/", { allowedHosts: [], lookup: rebinding })).rejects.toThrow(
        "public address",
      );
    }

    expect({ asked: rebinding.asked(), connections: connections - before }).toEqual({ asked: 3, connections: 0 });
  });
});

describe("hosts that an administrator named", () => {
  test("are read, packed or not; the counter sees the connection", async () => {
    const before = connections;
    const bodies = await Promise.all(
      ["/", "/packed"].map(async (path) =>
        Buffer.from((await ask(`http://${host}${path}`, { allowedHosts: [host] })).body).toString(),
      ),
    );

    expect(bodies).toEqual(["hello", "hello"]);
    expect(connections - before).toBe(2);
  });

  test("mean one port only, the usual one when none is named", async () => {
    const before = connections;
    for (const allowed of ["127.0.0.1", `127.0.0.1:${port + 1}`, `localhost:${port}`, ""]) {
      await expect(ask(`http://${host}/`, { allowedHosts: [allowed] })).rejects.toMatchObject({ retryable: false });
    }

    expect(connections - before).toBe(0);
  });

  test.each([
    ["/redirect", "redirect"],
    ["/long", "longer than 1000 bytes"],
    ["/bomb", "longer than 1000 bytes"],
    ["/odd", "packed as br"],
    ["/broken", "the connection failed"],
  ])("get no further with %s", async (path, reason) => {
    await expect(ask(`http://${host}${path}`, { allowedHosts: [host] })).rejects.toThrow(reason);
  });

  test("a bomb that is small on the wire is stopped when it has been unpacked to the limit", async () => {
    const before = process.memoryUsage().rss;
    const fetch = createSafeFetch({ allowedHosts: [host] });

    await expect(
      fetch({ url: `http://${host}/bomb`, maxBytes: 100_000, signal: AbortSignal.timeout(5_000) }),
    ).rejects.toThrow("longer than 100000 bytes");
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  test("the deadline is for the whole answer, however steadily it drips", async () => {
    await expect(ask(`http://${host}/drip`, { allowedHosts: [host] }, 200)).rejects.toThrow("no answer in time");
  });
});

const bound = (maxBytes = 1_000, timeoutMs = 5_000) =>
  createHostFetch({ origins: [`http://${host}`, "https://*.shop.example"], timeoutMs, maxBytes });

describe("the fetch for vendors' libraries", () => {
  test("reaches its origins, within time and size, and follows no redirect", async () => {
    expect(await (await bound()(`http://${host}/`)).text()).toBe("hello");
    await expect(bound()(`http://${host}/redirect`)).rejects.toThrow(RedirectError);
    const long = await bound()(`http://${host}/long`);
    await expect(long.text()).rejects.toThrow("longer than 1000 bytes");
    const bomb = await bound(100_000)(`http://${host}/bomb`);
    await expect(bomb.text()).rejects.toThrow("longer than 100000 bytes");
    const dripping = await bound(1_000, 200)(`http://${host}/drip`);
    await expect(dripping.text()).rejects.toThrow(/abort|timeout/iu);
  });

  test.each([
    "http://127.0.0.1:1/",
    "https://127.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "https://shop.example/",
    "https://evil-shop.example/",
    "https://a.shop.example.evil.example/",
    "http://a.shop.example/",
    "https://a.shop.example:8443/",
    "https://user@a.shop.example/",
  ])("never tries to connect to %s", async (url) => {
    const before = connections;

    await expect(bound()(url)).rejects.toMatchObject({ retryable: false });
    expect(connections - before).toBe(0);
  });
});
