import { type PagerDutyClient, PagerDutyError } from "./pagerduty.ts";

/** One cheap call to PagerDuty: null = the key works, else the exact fix. */
export async function checkPagerDutyKey(client: PagerDutyClient, signal: AbortSignal): Promise<string | null> {
  try {
    await client.get("/abilities", {}, signal);
    return null;
  } catch (error) {
    const isWrongKey = error instanceof PagerDutyError && error.status === 401;
    return isWrongKey
      ? "PagerDuty does not accept PAGERDUTY_API_TOKEN: make a new REST API key. Accounts of the EU region also need PAGERDUTY_API_HOST=api.eu.pagerduty.com."
      : "PagerDuty could not be asked: check PAGERDUTY_API_HOST and the network.";
  }
}
