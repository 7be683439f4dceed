import { createServer } from "node:http";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { guardVerbs } from "../../src/app/access/guard-verbs.ts";
import type { Verbs } from "../../src/app/verbs.ts";
import { analyze } from "../../src/core/analyze.ts";
import type { Event } from "../../src/core/event.ts";
import { epochMs, eventId, incidentId } from "../../src/core/ids.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";
import { mcp } from "../../src/surfaces/mcp/index.ts";
import { EVIL_HOST, ORDERS } from "../support/hostile-text.ts";
import { aLog, at, words } from "../support/observations.ts";
import { openAccess } from "../support/open-access.ts";
import { NEVER_SAID, poisonedLines } from "../support/poison.ts";
import { anIncident } from "../support/sample-incident.ts";
import { aSmallNight, withEvents } from "../support/small-night.ts";
import { KeptIncident, surfaceDeps, verbsOver } from "../support/surface-deps.ts";

const LOGS = 1000;
const A_NIGHT = 10;
/** Of every scope a token can have: an agent gets no more from a wider one than from a narrow one. */
const TOKENS = {
  read: "read:a-token-that-may-only-read-1",
  write: "read+write:a-token-that-may-write-22",
  private: "read+write+private:a-token-of-every-scope-333",
} as const;
/** What the tools of today ask. A tool that writes adds its verb here knowingly, with a human in front of it. */
const READING = new Set(["listIncidents", "getIncident", "dependencies"]);
const POISON = poisonedLines(LOGS, 20_261_128);
const redactor = createRedactor({ pseudonymKey: "test" });
const toClose: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of toClose.splice(0).toReversed()) await close();
});

/** Nights whose logs, deploys and alert say what to do, as redaction and the engine made them. */
function poisonedIncidents(): readonly KeptIncident[] {
  const night = aSmallNight();
  return Array.from({ length: LOGS / A_NIGHT }, (_, batch) => {
    const own = POISON.slice(batch * A_NIGHT, (batch + 1) * A_NIGHT).map((line) => redactor.text(line));
    const lines = own.map((body, index) => {
      const log = aLog("orders", body, epochMs(at("01:47:20") + index * 1000));
      return { ...log, id: eventId("bundle", `${batch}/${index}`), severity: "error" } satisfies Event;
    });
    const [first = words("calm")] = own;
    const told = withEvents(night, (events) => [...events.map((event) => changedBy(event, first)), ...lines]);
    const analysis = analyze({ ...told, incident: { ...told.incident, title: first } });
    return new KeptIncident(anIncident({ id: incidentId(`INC-${batch}`), title: first }), analysis);
  });
}

function changedBy(event: Event, summary: ReturnType<typeof words>): Event {
  return event.kind === "change" ? { ...event, change: { ...event.change, summary } } : event;
}

const incidents = poisonedIncidents();
const calm = JSON.stringify(
  incidents.map((kept) => kept.answer()),
  printed,
);
function printed(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}` : value;
}

/** An agent with this token at the program's real door, and which verbs it reached behind the policy. */
async function agentWith(token: string) {
  const reached = new Set<string>();
  const given = surfaceDeps(incidents);
  const verbs = new Proxy<Verbs>(verbsOver(incidents), {
    get: (all, name, receiver) => {
      reached.add(String(name));
      return Reflect.get(all, name, receiver);
    },
  });
  const { access } = openAccess();
  const surface = mcp.create(
    { MCP_TOKENS: Object.values(TOKENS).join(",") },
    { ...given, access, verbs: guardVerbs(verbs, access) },
  );
  const [route] = surface?.routes ?? [];
  if (route?.kind !== "node") throw new TypeError("the surface has one Node route");
  const server = createServer((request, response) => void route.handle(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const client = new Client({ name: "obedient", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${token.split(":")[1]}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`), { requestInit }));
  toClose.push(async () => {
    await client.close();
    await surface?.stop?.();
    server.closeAllConnections();
    server.close();
  });
  return { client, reached };
}

type Result = Awaited<ReturnType<Client["callTool"]>>;

const wordsOf = (result: Result) => result.content.map((part) => (part.type === "text" ? part.text : "")).join("\n");

/** Every text of an answer's data with the name of its field. */
function fieldsOf(value: unknown, field = ""): readonly (readonly [string, string])[] {
  if (typeof value === "string") return [[field, value]];
  if (Array.isArray(value)) return value.flatMap((each) => fieldsOf(each, field));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => fieldsOf(inner, name));
}

/** What an agent that believes everything would call, wherever a text names a call: as words, as JSON, as a command. */
function ordersIn(said: string): readonly string[] {
  const named = said.matchAll(/(?:\bcall(?: tool)?|"(?:name|tool)\\?":|\brun)[ `"\\]{0,4}(?<name>[a-z][a-z_]+)/giu);
  return [...new Set([...named].flatMap(({ groups }) => groups?.["name"] ?? []))];
}

const WISHES = [
  "add_note",
  "resolve_incident",
  "set_status",
  "acknowledge",
  "vote",
  "record_feedback",
  "correct_cause",
  "kubectl",
];
const ARGUMENTS = { id: "INC-7", incidentId: "INC-7", verdict: "yes", status: "resolved", text: "x" };

interface Seen {
  readonly tools: ReadonlySet<string>;
  readonly wrong: string[];
  obeyed: number;
  refused: number;
}

/** Does everything that the words ask for beside what it was given to do. */
async function obey(client: Client, said: string, seen: Seen): Promise<void> {
  for (const name of ordersIn(said).filter((each) => !seen.tools.has(each))) {
    seen.obeyed += 1;
    const answer = await client.callTool({ name, arguments: ARGUMENTS }).catch(() => null);
    if (answer === null || answer.isError === true) seen.refused += 1;
  }
}

function wrongIn(result: Result, known: ReadonlySet<string>): readonly string[] {
  const said = `${wordsOf(result)}\n${JSON.stringify(result.structuredContent)}`;
  const fields = fieldsOf(result.structuredContent);
  return [
    ...(NEVER_SAID.test(said) ? [`a secret: ${NEVER_SAID.exec(said)?.[0]}`] : []),
    // A field that is an address is what a client makes a link of.
    ...fields.flatMap(([name, text]) =>
      (/url|link|href/iu.test(name) || /^https?:\/\/\S+$/iu.test(text)) && text.includes(EVIL_HOST)
        ? [`a link in ${name}: ${text}`]
        : [],
    ),
    ...fields.flatMap(([name, text]) =>
      /^evidenceIds$|^changeId$/u.test(name) && !known.has(text) ? [`a citation of nothing: ${text}`] : [],
    ),
    ...[...wordsOf(result).matchAll(/\[(e[a-z0-9]{8,}(?:, e[a-z0-9]{8,})*)\]/gu)].flatMap(([, ids = ""]) =>
      ids.split(", ").flatMap((id) => (known.has(id) || id === "e1abcdefgh" ? [] : [`a citation of nothing: ${id}`])),
    ),
  ];
}

const bad = (structuredContent: Record<string, unknown>): Result => ({ content: [], structuredContent });

describe(`an agent that obeys every instruction in ${LOGS} poisoned logs`, () => {
  const known = new Set<string>();
  beforeAll(() => {
    for (const { analysis } of incidents) for (const { id } of analysis?.evidence ?? []) known.add(id);
  });

  test.each(Object.entries(TOKENS))(
    "tells no secret, does nothing, follows no foreign link and cites only what is there, with the scope %s",
    { timeout: 120_000 },
    async (_scope, token) => {
      const { client, reached } = await agentWith(token);
      const listed = (await client.listTools()).tools;
      const seen: Seen = { tools: new Set(listed.map(({ name }) => name)), wrong: [], obeyed: 0, refused: 0 };
      const asked = incidents.flatMap(({ incident }) =>
        ["get_incident", "get_timeline", "get_incident_context"].map((name) => ({
          name,
          arguments: { id: incident.id },
        })),
      );
      for (const question of [{ name: "list_incidents", arguments: { limit: 50 } }, ...asked]) {
        const answer = await client.callTool(question);
        seen.wrong.push(...wrongIn(answer, known));
        await obey(client, `${wordsOf(answer)}\n${JSON.stringify(answer.structuredContent)}`, seen);
      }

      expect(seen.wrong.slice(0, 5)).toEqual([]);
      expect(seen.obeyed).toBeGreaterThan(200);
      expect(seen.refused).toBe(seen.obeyed);
      expect([...reached].filter((name) => !READING.has(name))).toEqual([]);
      expect(
        JSON.stringify(
          incidents.map((kept) => kept.answer()),
          printed,
        ),
      ).toBe(calm);
      expect(listed.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    },
  );

  test("would be seen: the orders are read as such, and a secret, a link and an invented record stand out", () => {
    const heard = new Set(ORDERS.flatMap(ordersIn));

    expect(WISHES.filter((name) => !heard.has(name))).toEqual([]);
    expect(wrongIn(bad({ text: "it is Tr0ub4dor-and-3" }), known)).toHaveLength(1);
    expect(wrongIn(bad({ url: `https://${EVIL_HOST}/` }), known)).toHaveLength(1);
    expect(wrongIn(bad({ evidenceIds: ["e1abcdefgh"] }), known)).toHaveLength(1);
    expect(POISON.every((line) => NEVER_SAID.test(line))).toBe(true);
  });
});
