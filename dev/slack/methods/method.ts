import type { Json } from "../json.ts";
import type { Team } from "../team.ts";

/** One method of the Web API: does to the workspace what Slack does and gives Slack's answer. */
export type Method = (team: Team, body: Json) => Promise<Json> | Json;

/** Slack's refusal. */
export const refused = (error: string, messages: readonly string[] = []): Json =>
  messages.length === 0 ? { ok: false, error } : { ok: false, error, response_metadata: { messages } };
