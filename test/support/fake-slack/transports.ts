import { describe } from "vitest";

/** The ways in which Slack reaches the program. */
export const TRANSPORTS = ["http", "socket"] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Runs one suite in both transports. Pass the transport on to `Stage.start`. */
export function forEachTransport(suite: (transport: Transport) => void): void {
  describe.each(TRANSPORTS)("over %s", (transport) => {
    suite(transport);
  });
}
