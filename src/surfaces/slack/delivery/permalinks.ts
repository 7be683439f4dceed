import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { LIMITS } from "../drawing/limits.ts";

const MAX_KNOWN = 500;
const Answer = z.object({ permalink: z.url({ protocol: /^https?$/u }).max(LIMITS.url) });

/** Addresses of messages as Slack gives them, asked for once each. */
export class Permalinks {
  readonly #known = new Map<string, string>();

  /** Opens this message in every client; null when Slack does not tell. */
  async of(client: WebClient, at: { readonly channel: string; readonly ts: string }): Promise<string | null> {
    const name = `${at.channel}/${at.ts}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    try {
      const { permalink } = Answer.parse(await client.chat.getPermalink({ channel: at.channel, message_ts: at.ts }));
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      this.#known.set(name, permalink);
      return permalink;
    } catch {
      // A link is a courtesy: the Home is drawn without it.
      return null;
    }
  }
}
