import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { guardVerbs } from "../../src/app/access/guard-verbs.ts";
import type { SurfaceDeps } from "../../src/surfaces/define.ts";
import { mcp } from "../../src/surfaces/mcp/index.ts";
import { parseTokens, tokenIn } from "../../src/surfaces/mcp/tokens.ts";
import { openAccess } from "../support/open-access.ts";
import { KeptIncident, surfaceDeps, verbsOver } from "../support/surface-deps.ts";

const READS = "a-token-of-some-length-1234";
const WRITES = "another-token-of-some-length";
const PRIVATE = "third-token-of-some-length-99";
const toClose: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of toClose.splice(0).toReversed()) await close();
});

/** Bound to every address of the machine, as in a container. */
async function serve(deps: SurfaceDeps): Promise<number> {
  const tokens = `${READS}, write:${WRITES}, read+private:${PRIVATE}`;
  const surface = mcp.create({ MCP_TOKENS: tokens }, { ...deps, publicUrl: "https://traceops.example.com" });
  const route = surface?.routes?.[0];
  if (route?.kind !== "node") throw new TypeError("the surface has one Node route");
  const server = createServer((request, response) => void route.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  toClose.push(async () => {
    await surface?.stop?.();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const CALL = (name: string, given: object) =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: given } });
const LIST = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} });

function ask(port: number, headers: Record<string, string>, body = LIST): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const accept = "application/json, text/event-stream";
    const all = { "content-type": "application/json", accept, "mcp-protocol-version": "2025-06-18", ...headers };
    const sent = send({ port, host: "127.0.0.1", path: "/mcp", method: "POST", headers: all }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += String(chunk)));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const HOSTS = [
  ["localhost", true],
  ["127.0.0.1", true],
  ["[::1]", true],
  ["traceops.example.com", true],
  ["TRACEOPS.example.com", true],
  ["evil.example", false],
  ["traceops.example.com.evil.example", false],
  ["127.0.0.1.evil.example", false],
  ["10.0.0.7", false],
  ["0.0.0.0", false],
] as const;
const ORIGINS = [
  [null, true],
  ["https://traceops.example.com", true],
  ["http://localhost:3000", true],
  ["https://evil.example", false],
  ["null", false],
  ["https://traceops.example.com.evil.example", false],
] as const;
const TOKENS = [
  [`Bearer ${READS}`, true],
  [`bearer ${WRITES}`, true],
  [null, false],
  ["Bearer", false],
  [`Bearer ${READS}x`, false],
  [`Bearer ${READS.slice(0, -1)}`, false],
  [`Bearer write:${WRITES}`, false],
  [`Basic ${READS}`, false],
] as const;

test("Host, Origin and token are each needed, on a server bound to every address", async () => {
  const port = await serve(surfaceDeps([new KeptIncident()]));
  const cells = HOSTS.flatMap(([host, isHost]) =>
    ORIGINS.flatMap(([origin, isOrigin]) =>
      TOKENS.map(([authorization, isToken]) => {
        const byToken = isToken ? 200 : 401;
        return { host, origin, authorization, expected: isHost && isOrigin ? byToken : 403 };
      }),
    ),
  );
  const wrong: string[] = [];
  for (const { host, origin, authorization, expected } of cells) {
    const { status } = await ask(port, {
      host: `${host}:${port}`,
      ...(origin === null ? {} : { origin }),
      ...(authorization === null ? {} : { authorization }),
    });
    if (status !== expected) wrong.push(`${host} ${origin} ${authorization}: ${status}, not ${expected}`);
  }

  expect(wrong).toEqual([]);
  expect(cells.length).toBe(480);
});

test("a token reads only with its scope, and a private channel's incident only with that scope too", async () => {
  const kept = [new KeptIncident()];
  const rights = openAccess({ places: () => [{ placeFor: async () => "outside" }] });
  const deps = surfaceDeps(kept, { ...rights, verbs: guardVerbs(verbsOver(kept), rights.access) });
  const port = await serve(deps);
  const host = `localhost:${port}`;
  const asked = async (token: string) =>
    (await ask(port, { host, authorization: `Bearer ${token}` }, CALL("get_incident", { id: "INC-7" }))).text;

  expect(await asked(READS)).toContain("There is no such incident");
  expect(await asked(WRITES)).toContain("This token may not read that");
  expect(await asked(PRIVATE)).toContain("likely-cause");
  expect(rights.kept.map(({ actorId, reason }) => [actorId.slice(0, 4), reason])).toEqual([
    ["mcp:", "private"],
    ["mcp:", "token-scope"],
  ]);
});

test("tokens are read strictly and told apart without being kept", () => {
  const tokens = parseTokens(`${READS}, read+private:${PRIVATE}`) ?? [];

  expect(JSON.stringify(tokens)).not.toContain(READS);
  expect(tokenIn(`Bearer ${PRIVATE}`, tokens)?.scopes).toEqual(["read", "private"]);
  expect(["", "short", `admin:${READS}`, `read+read+x:${READS}`, `${READS},${READS}`].map(parseTokens)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});
