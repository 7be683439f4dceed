import type { Clock, Logger } from "../../src/app/ports.ts";
import type { HttpRoute } from "../../src/platform/http-route.ts";
import { slack } from "../../src/surfaces/slack/index.ts";
import { KeptIncident, surfaceDeps, verbsOver } from "../support/surface-deps.ts";
import { SECRETS } from "./senders.ts";

/** The whole Slack surface over HTTP, Bolt and every handler in it, over one incident that nothing changes. */
export async function slackApp(
  apiUrl: string,
  given: { readonly clock: Clock; readonly logger: Logger },
): Promise<HttpRoute> {
  const kept = [new KeptIncident()];
  const surface = slack.create(
    {
      SLACK_BOT_TOKEN: "xoxb-test",
      SLACK_SIGNING_SECRET: SECRETS.slack,
      SLACK_CHANNEL: "C0INCIDENTS",
      SLACK_API_URL: apiUrl,
    },
    surfaceDeps(kept, {
      ...given,
      // A vote that stayed would be memory that grows.
      verbs: { ...verbsOver(kept), recordFeedback: async () => ({ kind: "unknown-incident" }) },
    }),
  );
  const [route] = surface?.routes ?? [];
  if (route === undefined) throw new Error("the Slack surface has no address");
  await surface?.start?.();
  return route;
}
