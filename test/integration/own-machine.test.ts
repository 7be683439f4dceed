import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Install, startInstall } from "../support/install.ts";

/** Each way in that asks for nothing on one's own machine, with what it answers to strangers. */
const DOORS = [
  { method: "GET", path: "/", closed: 403 },
  { method: "GET", path: "/i/INC-1/live", closed: 403 },
  { method: "GET", path: "/metrics", closed: 403 },
  { method: "POST", path: "/v1/events", closed: 401 },
  { method: "POST", path: "/v1/deploys", closed: 401 },
] as const;

/** From this machine, under a name: `fetch` would say its own. */
function ask({ url }: Install, door: (typeof DOORS)[number], headers: Record<string, string>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const { method, path } = door;
  const call = request(`${url}${path}`, { method, headers, agent: false }, ({ statusCode = 0 }) => resolve(statusCode));
  call.on("error", reject);
  call.end();
  return promise;
}

const statuses = (install: Install, headers: Record<string, string>) =>
  Promise.all(DOORS.map((door) => ask(install, door, headers)));
const CLOSED = DOORS.map(({ closed }) => closed);

describe("an install with a public address", () => {
  let install: Install;
  beforeAll(async () => {
    install = await startInstall({ PUBLIC_URL: "https://traceops.shop.example" });
  });
  afterAll(() => install.stop());

  test.each(["127.0.0.1:3000", "localhost", "traceops", "traceops.shop.example"])(
    "opens nothing without a password or token, also not to this machine as %s: so does a proxy on it speak",
    async (host) => {
      expect(await statuses(install, { host })).toEqual(CLOSED);
    },
  );
});

test("a stranger's form is refused before a byte of it is read", async () => {
  const install = await startInstall({ PUBLIC_URL: "https://traceops.shop.example" });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = { "content-length": 1_500_000, "content-type": "application/x-www-form-urlencoded" };
  const form = request(`${install.url}/i/INC-1/postmortem`, { method: "POST", headers, agent: false });
  form.on("response", ({ statusCode = 0 }) => resolve(statusCode));
  form.on("error", reject);
  form.flushHeaders();
  const status = await promise;
  form.destroy();
  await install.stop();

  expect(status).toBe(403);
});

describe("an install without a public address", () => {
  let install: Install;
  beforeAll(async () => {
    install = await startInstall();
  });
  afterAll(() => install.stop());

  test("is open to its own machine", async () => {
    expect(
      (await statuses(install, { host: "localhost:3000" })).filter((status) => [401, 403].includes(status)),
    ).toEqual([]);
  });

  test.each([{ host: "traceops_backend" }, { host: "localhost", "x-forwarded-for": "203.0.113.9" }])(
    "opens nothing to what a proxy hands on: %j",
    async (headers) => {
      expect(await statuses(install, headers)).toEqual(CLOSED);
    },
  );
});
