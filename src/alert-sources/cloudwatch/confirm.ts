import { UnavailableError } from "../../app/errors.ts";
import type { SenderTools } from "../define.ts";
import { Envelope } from "./envelope.ts";
import type { Topic } from "./topics.ts";

const MAX_ANSWER_BYTES = 65_536;

export interface ConfirmDeps extends SenderTools {
  readonly topics: ReadonlyMap<string, Topic>;
}

/**
 * Confirms a subscription of a listed topic by SNS's own action with the token. The address in the message is never visited.
 * https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
 */
export async function confirm(deps: ConfirmDeps, body: unknown, signal: AbortSignal): Promise<void> {
  const envelope = Envelope.safeParse(body);
  if (!envelope.success || envelope.data.Type === "Notification") return;
  const { Type, TopicArn, Token } = envelope.data;
  const topic = deps.topics.get(TopicArn);
  if (topic === undefined) return;
  if (Type === "UnsubscribeConfirmation") {
    return deps.logger.warn({ topic: TopicArn }, "SNS no longer sends alarms of this topic: it was unsubscribed");
  }
  const { status } = await deps.fetch({
    url: `https://${topic.host}/`,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ Action: "ConfirmSubscription", Version: "2010-03-31", TopicArn, Token }).toString(),
    maxBytes: MAX_ANSWER_BYTES,
    signal,
  });
  if (status >= 500 || status === 429) {
    throw new UnavailableError("SNS", { retryable: true, detail: `SNS answered ${status} to a confirmation` });
  }
  if (status === 200) deps.logger.info({ topic: TopicArn }, "SNS subscription confirmed");
  else deps.logger.warn({ topic: TopicArn, status }, "SNS did not accept the confirmation: subscribe the topic again");
}
