import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

/** The two ways out: for addresses that come from others, and for vendors' hosts. Nothing else may call. */
const WAYS_OUT = ["platform/safe-fetch.ts", "platform/safe-fetch-hosts.ts"];

/** What can open a connection in a program without packages. Types are no calls, and servers only listen. */
const CALLS: readonly RegExp[] = [
  /(?<![.\w])fetch\(/u,
  /\bglobalThis\.fetch\b/u,
  /\bfetch: fetch\b/u,
  /\bnew (?:WebSocket|EventSource|XMLHttpRequest)\b/u,
  /import\s+(?!type\b)[^;]*\b(?:request|get|Agent)\b[^;]*from "node:https?"/u,
  /import\s+(?!type\b)[^;]*from "(?:node:)?(?:http2|tls|dgram|undici)"/u,
  /import\s+(?!type\b)[^;]*\b(?:connect|createConnection|Socket)\b[^;]*from "node:net"/u,
];

/** Packages that connect by themselves, and what binds each of them. A new one needs a line here. */
const BOUND: readonly { readonly file: string; readonly makes: RegExp; readonly by: RegExp }[] = [
  { file: "surfaces/slack/client.ts", makes: /new WebClient\(/u, by: /fetch: slackFetch\(/u },
  // Its web socket goes to the address that Slack's API names, over TLS.
  {
    file: "surfaces/slack/connection.ts",
    makes: /new (?:App|SocketModeReceiver|HTTPReceiver)\(/u,
    by: /fetch: slackFetch\(/u,
  },
  { file: "evidence-sources/github/client.ts", makes: /new BoundedOctokit\(/u, by: /fetch: createHostFetch\(/u },
  { file: "platform/clients/pagerduty-rest.ts", makes: /\bapi\(\{/u, by: /\.\.\.BOUNDS,/ },
  // Amazon's own client: the host comes from its own settings (region, AWS_ENDPOINT_URL), it follows no redirect, and every call has a signal.
  {
    file: "evidence-sources/cloudwatch-logs/index.ts",
    makes: /new CloudWatchLogsClient\(/u,
    by: /AbortSignal\.timeout\(/u,
  },
];
const MAKERS = /\bnew (?:WebClient|App|SocketModeReceiver|HTTPReceiver|\w*Octokit|CloudWatchLogsClient|\w+Client)\(/gu;
/** Databases whose address an administrator set. */
const DATABASES = ["store/", "queue/"];

const src = resolve(import.meta.dirname, "../src");
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.includes("generated/"),
);
const read = (file: string) => readFileSync(join(src, file), "utf8");
/** Without comments, which may speak of anything. */
const code = (file: string) => read(file).replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/gu, "");

test("the scan sees the ways out that it allows", () => {
  for (const file of WAYS_OUT) expect(CALLS.some((call) => call.test(code(file)))).toBe(true);
});

test("nothing calls out but through the two ways out", () => {
  const others = files.filter((file) => !WAYS_OUT.includes(file));

  expect(others.filter((file) => CALLS.some((call) => call.test(code(file))))).toEqual([]);
});

test("every vendor's library is given a bound way out", () => {
  for (const { file, makes, by } of BOUND) {
    expect([file, makes.test(read(file)), by.test(read(file))]).toEqual([file, true, true]);
  }
});

test("no other file makes a client of its own", () => {
  const known = BOUND.map(({ file }) => file);
  const makers = files.filter(
    (file) => !DATABASES.some((folder) => file.startsWith(folder)) && code(file).match(MAKERS),
  );

  expect(makers.filter((file) => !known.includes(file))).toEqual([]);
});

test("no way out follows a redirect", () => {
  expect(code("platform/safe-fetch-hosts.ts")).toContain('redirect: "manual"');
  expect(files.filter((file) => /redirect: "follow"/u.test(code(file)))).toEqual([]);
});
