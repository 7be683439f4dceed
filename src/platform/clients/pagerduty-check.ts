import { z } from "zod";
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

const Users = z.object({ users: z.array(z.object({ email: z.string() })) });

/** One cheap call: null = the address is a user of the account, or that could not be seen; else the exact fix. */
export async function checkPagerDutyUser(
  client: PagerDutyClient,
  address: string,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const { users } = Users.parse(await client.get("/users", { query: address, limit: "100" }, signal));
    const isUser = users.some(({ email }) => email.toLowerCase() === address.toLowerCase());
    return isUser ? null : "PAGERDUTY_FROM_EMAIL is no user of this PagerDuty account: set it to a user's address.";
  } catch (error) {
    // A key that may not list users may still write.
    if (error instanceof PagerDutyError || error instanceof z.ZodError) return null;
    throw error;
  }
}
