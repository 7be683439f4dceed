import { z } from "zod";
import { parseJson } from "../json-shape.ts";

/** What CloudWatch Logs sends for one log stream. */
export interface Subscription {
  readonly logGroup: string;
  readonly logStream: string;
  readonly logEvents: readonly { readonly timestamp: number; readonly message: string }[];
}

const Payload = z.discriminatedUnion("messageType", [
  // Sent now and then to see whether anybody listens.
  z.object({ messageType: z.literal("CONTROL_MESSAGE") }),
  z.object({
    messageType: z.literal("DATA_MESSAGE"),
    logGroup: z.string().max(512),
    logStream: z.string().max(512),
    logEvents: z.array(z.object({ timestamp: z.number(), message: z.string() })),
  }),
]);

/** The payload of one Firehose record. "control" holds nothing to keep. */
export function readSubscription(
  bytes: Uint8Array,
):
  | { readonly status: "read"; readonly subscription: Subscription }
  | { readonly status: "control" }
  | { readonly status: "invalid"; readonly because: string } {
  const parsed = parseJson(bytes);
  if (parsed.status === "invalid") return { status: "invalid", because: `in the data of a record: ${parsed.because}` };
  const payload = Payload.safeParse(parsed.value);
  if (!payload.success) {
    return { status: "invalid", because: "the data of a record is no CloudWatch Logs subscription message" };
  }
  return payload.data.messageType === "CONTROL_MESSAGE"
    ? { status: "control" }
    : { status: "read", subscription: payload.data };
}
