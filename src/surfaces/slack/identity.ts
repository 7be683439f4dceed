import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { classify, isRefusedToken } from "./delivery/slack-errors.ts";

export type TokenCheck =
  | { readonly status: "works" }
  | { readonly status: "refused"; readonly code: string }
  | { readonly status: "unreachable" };

const Tested = z.object({
  user_id: z.string().optional(),
  bot_id: z.string().optional(),
  team_id: z.string().optional(),
  enterprise_id: z.string().nullish(),
});

/** The workspace that a bot token belongs to, and its organisation when it has one. */
export interface OwnTeam {
  readonly team: string;
  readonly enterprise: string | null;
}

/**
 * Who we are in Slack, asked once. Incoming requests never wait for this: when `auth.test` cannot be reached, they are
 * acknowledged all the same, because Slack would otherwise send them again and people would see an error.
 */
export class Identity {
  readonly #client: WebClient;
  readonly #token: string;
  #enterprise: string | null = null;
  #asking: Promise<TokenCheck> | null = null;
  #known: { readonly botUserId?: string; readonly botId?: string; readonly teamId?: string } = {};

  constructor(client: WebClient, token: string) {
    this.#client = client;
    this.#token = token;
  }

  /** The workspace, once Slack told it. */
  get teamId(): string | null {
    return this.#known.teamId ?? null;
  }

  /** Whose people may act; asks Slack when it did not say yet. Null when it does not answer, for this time. */
  async own(): Promise<OwnTeam | null> {
    if (this.teamId === null) {
      this.#asking ??= this.check();
      await this.#asking;
      this.#asking = null;
    }
    return this.teamId === null ? null : { team: this.teamId, enterprise: this.#enterprise };
  }

  /** For Bolt: never throws, never calls out. */
  authorization(): { readonly botToken: string; readonly botUserId?: string; readonly botId?: string } {
    return { botToken: this.#token, ...this.#known };
  }

  /** Asks Slack whether the bot token is good, and who it belongs to. */
  async check(): Promise<TokenCheck> {
    try {
      const {
        user_id: user,
        bot_id: bot,
        team_id: team,
        enterprise_id: enterprise,
      } = Tested.parse(await this.#client.auth.test());
      this.#enterprise = enterprise ?? null;
      this.#known = {
        ...(user === undefined ? {} : { botUserId: user }),
        ...(bot === undefined ? {} : { botId: bot }),
        ...(team === undefined ? {} : { teamId: team }),
      };
      return { status: "works" };
    } catch (error) {
      return refusedOrUnreachable(error);
    }
  }
}

/** Asks Slack whether the app-level token may open connections. */
export async function checkAppToken(client: WebClient): Promise<TokenCheck> {
  try {
    await client.apps.connections.open({});
    return { status: "works" };
  } catch (error) {
    return refusedOrUnreachable(error);
  }
}

function refusedOrUnreachable(error: unknown): TokenCheck {
  const failure = classify(error);
  if (failure.kind === "permanent" && (isRefusedToken(failure) || failure.code === "missing_scope")) {
    return { status: "refused", code: failure.code };
  }
  return { status: "unreachable" };
}
