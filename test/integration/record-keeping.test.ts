import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { COMMAND_LINE_ACTOR } from "../../src/cli/play-scenario.ts";
import { generateScenario } from "../../src/demo/generate-scenario.ts";
import { plantedSecrets } from "../../src/demo/planted.ts";
import { eventually, type Install, startInstall } from "../support/install.ts";
import { webVisitor } from "../support/web-visitor.ts";

const scenario = generateScenario("two-am");
const MCP_TOKEN = "a-token-of-an-agent-for-tests";

const Shown = z.looseObject({
  schema: z.literal("traceops.analysis/v1"),
  verdict: z.string(),
  timeline: z.array(z.looseObject({ evidenceIds: z.array(z.string()) })),
  hypotheses: z.array(z.looseObject({ id: z.string(), rank: z.number(), score: z.number(), summary: z.string() })),
  evidence: z.array(z.looseObject({ id: z.string() })),
});
const Voted = z.looseObject({
  causes: z.array(z.looseObject({ id: z.string(), votes: z.object({ yes: z.number(), no: z.number() }) })),
});

describe("a running install with an answer", () => {
  let install: Install;
  let agent: Client;
  let incident = "";
  let top = "";
  beforeAll(async () => {
    install = await startInstall({ MCP_TOKENS: `another-token-of-another-agent,${MCP_TOKEN}` });
    install.tell(scenario);
    await install.webhook(scenario.alert);
    const answer = await install.answerWhen(({ analysis }) => analysis !== null);
    incident = answer.incident.id;
    top = answer.analysis?.hypotheses[0]?.id ?? "";
    agent = await agentWith(install, MCP_TOKEN);
  });
  afterAll(async () => {
    await agent?.close();
    await install?.stop();
  });

  test("takes back a vote of its page exactly: page, document, draft, agents and weights are as before", async () => {
    const ann = webVisitor(install.url);
    const pageBefore = await ann.open(incident);
    const before = await seen(install, incident);

    const no = await ann.vote(incident, { hypothesisId: top, verdict: "no", name: "Ann Onymous" });
    await learnedPoints(install, (points) => points.some((each) => each < 0));
    const pageBetween = await ann.open(incident);
    const between = await seen(install, incident);
    const votesBetween = await votesOf(agent, incident, top);
    const undo = await ann.vote(incident, { hypothesisId: top, verdict: "withdrawn" });
    await learnedPoints(install, (points) => points.length === 0);
    const after = await seen(install, incident);

    expect([no.status, await no.json()]).toEqual([
      200,
      { status: "recorded", message: "Recorded: this was not it. You can change it at any time." },
    ]);
    expect([undo.status, await undo.json()]).toEqual([
      200,
      { status: "recorded", message: "Your vote is taken back." },
    ]);
    expect(pageBefore).not.toContain("Ann Onymous");
    expect(pageBetween).toContain("Ann Onymous");
    expect(between.draft).toContain("Ann Onymous");
    expect(votesBetween).toEqual({ yes: 0, no: 1 });
    expect(await votesOf(agent, incident, top)).toEqual({ yes: 0, no: 0 });
    // The answer that people voted on stays the same document; the next incident is ranked with what they said.
    expect(between.document).toEqual(before.document);
    expect(after).toEqual(before);
  });

  test("one browser has one vote per cause, another browser has its own", async () => {
    const [ann, bo] = [webVisitor(install.url), webVisitor(install.url)];
    await Promise.all([ann.open(incident), bo.open(incident)]);
    await ann.vote(incident, { hypothesisId: top, verdict: "no", name: "Ann" });
    await ann.vote(incident, { hypothesisId: top, verdict: "yes", name: "Ann" });
    await bo.vote(incident, { hypothesisId: top, verdict: "no", name: "Bo" });

    expect(await votesOf(agent, incident, top)).toEqual({ yes: 1, no: 1 });
    await ann.vote(incident, { hypothesisId: top, verdict: "withdrawn" });
    await bo.vote(incident, { hypothesisId: top, verdict: "withdrawn" });
    expect(await votesOf(agent, incident, top)).toEqual({ yes: 0, no: 0 });
  });

  test("a vote on a cause that is not there, or from a page that was never opened, is refused and kept nowhere", async () => {
    const ann = webVisitor(install.url);
    await ann.open(incident);
    const stranger = webVisitor(install.url);

    const answers = await Promise.all([
      ann.vote(incident, { hypothesisId: "h-nothing", verdict: "no" }),
      ann.vote("INC-99999", { hypothesisId: top, verdict: "no" }),
      stranger.vote(incident, { hypothesisId: top, verdict: "no" }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([409, 404, 403]);
    expect(await votesOf(agent, incident, top)).toEqual({ yes: 0, no: 0 });
  });

  test("the postmortem draft cites records of the same document only, and shows no secret", async () => {
    const { document, draft } = await seen(install, incident);
    const records = new Set(document.evidence.map(({ id }) => id));
    const cited = [...draft.matchAll(/(?<!\\)\[(e[a-z0-9]+)\]/gu)].map(([, id = ""]) => id);

    expect(draft).toMatch(/^# Postmortem draft: /u);
    expect(cited.length).toBeGreaterThan(10);
    expect(cited.filter((id) => !records.has(id))).toEqual([]);
    for (const secret of plantedSecrets) expect(draft).not.toContain(secret);
  });

  test("an agent over HTTP reads the same answer as the page's document", async () => {
    const { document } = await seen(install, incident);
    const tools = await agent.listTools();
    const listed = await agent.callTool({ name: "list_incidents", arguments: {} });
    const context = await agent.callTool({ name: "get_incident_context", arguments: { id: incident } });
    const timeline = await agent.callTool({ name: "get_timeline", arguments: { id: incident } });

    expect(tools.tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["list_incidents", "get_incident", "get_timeline", "get_incident_context"]),
    );
    expect(listed.structuredContent).toMatchObject({ incidents: [{ id: incident }] });
    expect(context.structuredContent).toMatchObject({ analysis: document });
    expect(z.object({ rows: z.array(z.unknown()) }).parse(timeline.structuredContent).rows).toHaveLength(
      document.timeline.length,
    );
  });

  test("an agent without a known token stays outside", async () => {
    await expect(agentWith(install, "not-a-token-of-this-install")).rejects.toThrow("A bearer token is needed");
  });
});

async function agentWith(install: Install, token: string): Promise<Client> {
  const client = new Client({ name: "an agent", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", install.url), { requestInit }));
  return client;
}

async function votesOf(agent: Client, incident: string, cause: string) {
  const answer = await agent.callTool({ name: "get_incident", arguments: { id: incident } });
  return Voted.parse(answer.structuredContent).causes.find(({ id }) => id === cause)?.votes;
}

/** What anybody can read about it without a browser. */
async function seen({ url }: Install, incident: string) {
  const document = Shown.parse(await (await fetch(`${url}/i/${incident}.json`)).json());
  const draft = await (await fetch(`${url}/i/${incident}/postmortem.md`)).text();
  return { document, draft };
}

/** Waits until what the votes taught is such. */
async function learnedPoints(install: Install, isDone: (points: readonly number[]) => boolean): Promise<void> {
  await eventually(async () => {
    const { learned } = await install.program.wiring.store.weights.current(COMMAND_LINE_ACTOR.tenant);
    return isDone(learned.map(({ points }) => points)) ? true : null;
  });
}
