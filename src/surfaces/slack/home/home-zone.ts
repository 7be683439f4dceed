import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { isZone } from "./quiet-hours.ts";

const WITHIN_MS = 1000;
const Answer = z.object({ user: z.object({ tz: z.string().min(1).max(80) }) });

/** The time zone of a person as Slack tells it; UTC when it does not, within a second. */
export async function zoneOf(client: WebClient, user: string): Promise<string> {
  const timer = new AbortController();
  const late = new Promise<null>((resolve) => {
    const timeout = setTimeout(resolve, WITHIN_MS, null);
    timer.signal.addEventListener("abort", () => clearTimeout(timeout));
  });
  const asked = client.users.info({ user }).catch(() => null);
  const zone = Answer.safeParse(await Promise.race([asked, late])).data?.user.tz ?? "UTC";
  timer.abort();
  return isZone(zone) ? zone : "UTC";
}
