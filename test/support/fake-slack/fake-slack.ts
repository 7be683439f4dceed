import { ACME, BETA, type TeamSeed } from "../../../dev/slack/seed.ts";
import { SlackServer } from "../../../dev/slack/server.ts";
import type { Workspace } from "../../../dev/slack/workspace.ts";
import { SIGNING_SECRET } from "./deliveries.ts";

/** The Slack for tests with one workspace, or two when a test asks for them. */
export class FakeSlack extends SlackServer {
  readonly workspace: Workspace;

  constructor(nowMs: () => number, teams: readonly TeamSeed[] = [ACME]) {
    super({ nowMs, teams });
    this.workspace = this.workspaceOf(teams[0]?.id ?? ACME.id);
  }

  /** From now on deliveries go to this address of the program, signed, unless a line is open. */
  deliverTo(url: string): void {
    this.courier.target = { url, signingSecret: SIGNING_SECRET };
  }
}

/** Two workspaces at once. Both have a channel of the same id. */
export const TWO_TEAMS: readonly TeamSeed[] = [ACME, BETA];
