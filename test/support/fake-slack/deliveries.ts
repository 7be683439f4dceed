import { signedHeaders as signed } from "../../../dev/slack/courier.ts";
import type { Sent } from "../../../dev/slack/payloads/sent.ts";

export {
  closeView,
  globalShortcut,
  messageShortcut,
  press,
  pressInView,
  slashCommand,
  submitView,
} from "../../../dev/slack/payloads/acts.ts";
export {
  directMessage,
  entityDetailsRequested,
  homeOpened,
  joined,
  linkShared,
  mention,
  metadataPosted,
  reaction,
  tokensRevoked,
  uninstalled,
} from "../../../dev/slack/payloads/events.ts";
export type { Sent } from "../../../dev/slack/payloads/sent.ts";

export const SIGNING_SECRET = "test-signing-secret";
export const TEAM = "T0ACME";

/** The headers with which Slack signs a request, at `nowS` seconds since 1970. */
export function signedHeaders(sent: Sent, nowS: number): Readonly<Record<string, string>> {
  return signed(sent, { nowS, secret: SIGNING_SECRET });
}
