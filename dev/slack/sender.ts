import { deliverSigned } from "../../src/cli/deliver.ts";
import { COMMAND_LINE_ACTOR } from "../../src/cli/play-scenario.ts";
import type { Scenario } from "../../src/demo/scenario.ts";
import type { Program } from "../../src/main/program.ts";
import { isJson } from "./json.ts";
import type { DemoStep } from "./page/acts.ts";

/** What a person may let the alert's sender do: its part of the story, as signed webhooks. */
export function senderSteps(given: { program: Program; secret: string; scenario: Scenario }): readonly DemoStep[] {
  return [
    {
      name: "Sender: Jo acknowledges",
      run: () => say(given, { type: "incident.acknowledged", status: "acknowledged" }),
    },
    { name: "Sender: the alert ends", run: () => say(given, { type: "incident.resolved", status: "resolved" }) },
  ];
}

async function say(
  { program, secret, scenario }: { program: Program; secret: string; scenario: Scenario },
  { type, status }: { type: string; status: string },
): Promise<string | null> {
  const open = await program.wiring.verbs.listIncidents(COMMAND_LINE_ACTOR, { status: "open", limit: 50 });
  const external = open.flatMap((incident) => incident.external).find(({ source }) => source === "pagerduty");
  if (external === undefined) return "No incident is open.";
  const event = isJson(scenario.alert) && isJson(scenario.alert["event"]) ? scenario.alert["event"] : {};
  const data = isJson(event["data"]) ? event["data"] : {};
  const body = {
    event: {
      ...event,
      id: `${external.externalId}-${type}`,
      event_type: type,
      occurred_at: new Date().toISOString(),
      agent: { id: "PJO", type: "user_reference", summary: "Jo" },
      data: { ...data, id: external.externalId, status },
    },
  };
  const answer = await deliverSigned({ url: program.url ?? "", secret }, body);
  return answer === 202 ? null : `The webhook was answered with ${answer}.`;
}
