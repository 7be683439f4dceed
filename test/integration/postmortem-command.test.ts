import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COMMAND_LINE_ACTOR } from "../../src/cli/play-scenario.ts";
import { incidentId } from "../../src/core/ids.ts";
import { generateScenario } from "../../src/demo/generate-scenario.ts";
import { plantedSecrets } from "../../src/demo/planted.ts";
import { type CommandResult, traceops } from "../support/command-line.ts";
import { type Install, startInstall } from "../support/install.ts";

const scenario = generateScenario("two-am");
const dataDir = mkdtempSync(join(tmpdir(), "traceops-postmortem-"));
let install: Install;
let incident = "";

beforeAll(async () => {
  install = await startInstall({});
  install.tell(scenario);
  await install.webhook(scenario.alert);
  const answer = await install.answerWhen(({ analysis }) => analysis !== null);
  incident = answer.incident.id;
});
afterAll(async () => {
  await install?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** The command line beside the running install, on the same database. */
function here(...args: readonly string[]): Promise<CommandResult> {
  return traceops(["postmortem", ...args], {
    env: { DATABASE_URL: install.databaseUrl, TRACEOPS_DATA_DIR: dataDir },
  });
}

test("prints what the page exports, people's edits included, before and after a vote", async () => {
  const { verbs } = install.program.wiring;
  const id = incidentId(incident);
  const draft = await verbs.draftPostmortem(COMMAND_LINE_ACTOR, id);
  if (draft === null) throw new TypeError("there is a draft");
  const words = "- We saw it   late.  \n\tAnn, <b>on call</b>";
  const text = draft.text.replace("## Impact\n\n", `## Impact\n\n${words}\n`);
  const saved = await verbs.savePostmortem(COMMAND_LINE_ACTOR, { incidentId: id, text, version: draft.version });
  const [first] = (await verbs.getIncident(COMMAND_LINE_ACTOR, id))?.view.causes ?? [];
  if (first === undefined) throw new TypeError("there is a suspect");
  await verbs.recordFeedback(COMMAND_LINE_ACTOR, { incidentId: id, hypothesisId: first.id, verdict: "yes" });

  const printed = await here(incident);
  const page = await (await fetch(`${install.url}/i/${incident}/postmortem.md`)).text();

  expect(saved.kind).toBe("saved");
  expect(printed.code).toBe(0);
  expect(printed.out).toContain(`\n${words}\n`);
  expect(printed.out).toContain("- Confirmed by command line at ");
  expect(printed.out).toBe(page);
  for (const secret of plantedSecrets) expect(printed.out).not.toContain(secret);
});

test("prints HTML and JSON too", async () => {
  const [html, json] = await Promise.all([here(incident, "--format", "html"), here(incident, "--format", "json")]);

  expect(html.out).toMatch(/^<!doctype html>/u);
  expect(JSON.parse(json.out)).toMatchObject({ schema: "traceops.postmortem/v1", incident: { id: incident } });
});

test("says what is wrong with a call: no incident, an unknown one, an unknown format", async () => {
  const [none, unknown, format] = await Promise.all([here(), here("INC-404"), here(incident, "--format", "xml")]);

  expect([none.code, unknown.code, format.code]).toEqual([2, 1, 2]);
  expect(none.err).toContain("Name an incident, such as INC-1.");
  expect(unknown.err).toContain("There is no incident INC-404 in this install.");
  expect(format.err).toContain("--format takes one of markdown, html, json.");
});
