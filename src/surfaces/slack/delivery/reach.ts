import { DEFAULT_TENANT } from "../../../core/ids.ts";
import type { Workspace } from "../workspaces.ts";
import type { Cooldowns } from "./cooldown.ts";
import { adviceFor } from "./refusals.ts";
import { classify, isTokenCode } from "./slack-errors.ts";

/**
 * Whether cards can be posted now: null when every workspace answers to its token and its default channel takes messages,
 * else the first thing that is wrong. One `auth.test` per workspace; a limit counts as an answer.
 * https://docs.slack.dev/reference/methods/auth.test
 */
export async function reach(
  cooldowns: Cooldowns,
  workspaces: readonly Pick<Workspace, "team" | "client" | "channel">[],
  signal: AbortSignal,
): Promise<string | null> {
  for (const workspace of workspaces) {
    signal.throwIfAborted();
    const problem = (await tokenProblem(workspace)) ?? (await placeProblem(cooldowns, workspace));
    if (problem !== null) return problem;
  }
  return null;
}

async function tokenProblem({ client, channel }: Pick<Workspace, "client" | "channel">): Promise<string | null> {
  try {
    await client.auth.test();
    return null;
  } catch (error) {
    const failure = classify(error);
    if (failure.kind === "rate-limited") return null;
    if (failure.kind === "permanent") return adviceFor(failure.code, channel);
    return "Slack does not answer: check the network, the name service or the proxy of this machine";
  }
}

/** What was refused a moment ago is not tried again for this; only a token that is good again is known to be. */
async function placeProblem(
  cooldowns: Cooldowns,
  { team, channel }: Pick<Workspace, "team" | "channel">,
): Promise<string | null> {
  const spot = { tenant: DEFAULT_TENANT, team, channel };
  const closed = await cooldowns.closedBy(spot);
  if (closed === null) return null;
  if (!isTokenCode(closed.code)) return adviceFor(closed.code, channel);
  await cooldowns.reopen({ ...spot, channel: "*" });
  const still = await cooldowns.closedBy(spot);
  return still === null ? null : adviceFor(still.code, channel);
}
