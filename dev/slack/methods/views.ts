import { isJson, type Json, text, textOrNone } from "../json.ts";
import { problemsOfView } from "../oracle/problems.ts";
import type { Team } from "../team.ts";
import { type Method, refused } from "./method.ts";

/** Windows and App Homes. The emulator keeps them; keys to open one are exchanged here. */
export const VIEWS: Readonly<Record<string, Method>> = {
  "views.open": (team, body) => show(team, "views.open", body),
  "views.push": (team, body) => show(team, "views.push", body),
  "views.update": update,
  "views.publish": async (team, body) => {
    const refusal = refusalOf(team, body["view"]);
    if (refusal !== null) return refusal;
    const user = text(body["user_id"]);
    const answer = await team.emulated.call("views.publish", { ...body, user_id: knownUser(team, user) });
    if (answer["ok"] === true && isJson(answer["view"])) {
      team.workspace.homes.set(user, answer["view"]);
      team.workspace.onChange();
    }
    return answer;
  },
};

async function show(team: Team, method: "views.open" | "views.push", body: Json): Promise<Json> {
  const refusal = refusalOf(team, body["view"]);
  if (refusal !== null) return refusal;
  const trigger = team.triggers.exchange(text(body["trigger_id"]));
  if (typeof trigger === "string") return refused(trigger);
  const user = trigger.user ?? team.seed.people[0]?.id ?? "";
  const parent = method === "views.push" ? (trigger.viewId ?? team.workspace.openViews.at(-1)?.id ?? null) : null;
  return open(team, { view: body["view"], user, parent });
}

/** Opens a window on top of `parent`; the answer that the caller of the method sees. */
export async function open(team: Team, given: { view: unknown; user: string; parent: string | null }): Promise<Json> {
  const exchange = await team.emulated.call("views.generateTriggerId", {
    user_id: knownUser(team, given.user),
    ...(given.parent === null ? {} : { view_id: given.parent }),
  });
  const answer = await team.emulated.call(given.parent === null ? "views.open" : "views.push", {
    trigger_id: exchange["trigger_id"],
    view: given.view,
  });
  const view = answer["view"];
  if (answer["ok"] !== true || !isJson(view)) return answer;
  team.workspace.views.push(given.view);
  team.workspace.openViews.push({
    id: text(view["id"]),
    user: given.user,
    previousId: given.parent,
    view,
    hash: text(view["hash"]),
    closed: false,
  });
  team.workspace.onChange();
  return answer;
}

/** Replaces what a window shows. */
export async function update(team: Team, body: Json): Promise<Json> {
  const refusal = refusalOf(team, body["view"]);
  if (refusal !== null) return refusal;
  const answer = await team.emulated.call("views.update", body);
  const view = answer["view"];
  if (answer["ok"] !== true || !isJson(view)) return answer;
  const shown = team.workspace.openViews.find(({ id }) => id === view["id"]);
  if (shown !== undefined) {
    shown.view = view;
    shown.hash = text(view["hash"]);
  }
  team.workspace.onChange();
  return answer;
}

function refusalOf({ workspace }: Team, view: unknown): Json | null {
  const serialised = JSON.stringify(view ?? null);
  const unknown = [...workspace.unknownBlocks].filter((type) => serialised.includes(`"type":"${type}"`));
  const problems = [...unknown.map((type) => `unsupported type: ${type}`), ...problemsOfView(view)];
  return problems.length === 0 ? null : refused("invalid_arguments", problems);
}

/** The emulator knows the people that the workspace began with; a test may invent others. */
function knownUser(team: Team, user: string): string | undefined {
  return team.seed.people.some(({ id }) => id === user) ? user : textOrNone(team.seed.people[0]?.id);
}
