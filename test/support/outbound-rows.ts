import { MemoryMessages } from "./fake-slack/memory-messages.ts";

/** The same rows for a surface that is not Slack, with what its tests ask. */
export class OutboundRows extends MemoryMessages {
  states(): readonly string[] {
    return [...this.rows.values()].map(({ state }) => state);
  }
}
