import { z } from "zod";
import type { HttpResponse } from "../../platform/http-route.ts";
import {
  type IngestBody,
  type IngestProblem,
  type IngestReading,
  type IngestRequest,
  type IngestRoute,
  jsonAnswer,
} from "../define.ts";
import { inflate, inflateLimit } from "../inflate.ts";
import { parseJson } from "../json-shape.ts";
import { createTurns } from "../turns.ts";
import { readSubscription, type Subscription } from "./subscription.ts";
import { rowsOf } from "./subscription-rows.ts";

/**
 * Firehose sends what it has buffered, 1 MiB at least and packed tenfold, and takes a 413 for final: it needs more room
 * than programs that can send less at once.
 */
const MAX_SENT_BYTES = 8 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 32 * 1024 * 1024;
const MAX_FIREHOSE_RECORDS = 10_000;
/** Amazon cuts longer messages. */
const MAX_ERROR = 8_192;

/** CloudWatch Logs subscriptions, as Amazon Data Firehose delivers them to an HTTP endpoint. */
export const firehose: readonly IngestRoute[] = [
  {
    path: "/v1/firehose",
    limits: { maxSentBytes: MAX_SENT_BYTES, maxUnpackedBytes: MAX_UNPACKED_BYTES },
    protocols: {
      "application/json": {
        read: readDelivery,
        accepted: (_batch, request) => answer(200, request, null),
        refused: ({ status, message }: IngestProblem, request) => answer(status, request, message),
      },
    },
  },
];

/** The response format of Firehose's HTTP endpoint delivery: the id of the request, when it was dealt with, and why not. */
function answer(status: number, { headers, receivedAtMs }: IngestRequest, message: string | null): HttpResponse {
  return jsonAnswer(status, {
    requestId: headers["x-amz-firehose-request-id"] ?? "",
    timestamp: receivedAtMs,
    ...(message === null ? {} : { errorMessage: message.slice(0, MAX_ERROR) }),
  });
}

const Delivery = z.object({
  requestId: z.string().max(200),
  records: z.array(z.object({ data: z.string() })).max(MAX_FIREHOSE_RECORDS),
});

/**
 * The log events of one delivery. Firehose knows no partial success: a record that cannot be read refuses the delivery,
 * and Firehose keeps it in its bucket after its retries.
 */
export async function readDelivery(body: IngestBody): Promise<IngestReading> {
  const parsed = parseJson(body.bytes);
  if (parsed.status === "invalid") return parsed;
  const delivery = Delivery.safeParse(parsed.value);
  if (!delivery.success) {
    return { status: "invalid", because: "not a Firehose delivery: {requestId, timestamp, records: [{data}]}" };
  }
  const told = body.request.headers["x-amz-firehose-request-id"];
  if (told !== undefined && told !== delivery.data.requestId) {
    return { status: "invalid", because: "requestId is another one than in X-Amz-Firehose-Request-Id" };
  }
  const unpacked = await unpack(delivery.data.records, body);
  return Array.isArray(unpacked) ? rowsOf(unpacked, body) : unpacked;
}

async function unpack(
  records: readonly { readonly data: string }[],
  { more }: IngestBody,
): Promise<Subscription[] | Exclude<IngestReading, { status: "read" }>> {
  const subscriptions: Subscription[] = [];
  const turns = createTurns();
  let bytes = 0;
  for (const { data } of records) {
    const packed = Buffer.from(data, "base64");
    if (!more(bytes + inflateLimit(packed, MAX_UNPACKED_BYTES - bytes))) return { status: "busy" };
    const inflated = await inflate(packed, MAX_UNPACKED_BYTES - bytes);
    if (inflated.status === "too-large") return { status: "too-large", because: TOO_LARGE };
    if (inflated.status === "broken") return { status: "invalid", because: "the data of a record cannot be unpacked" };
    bytes += inflated.bytes.length;
    const read = readSubscription(inflated.bytes);
    if (read.status === "invalid") return read;
    if (read.status === "read") subscriptions.push(read.subscription);
    const turn = turns.letOthersWork();
    if (turn !== undefined) await turn;
  }
  return subscriptions;
}

const TOO_LARGE = `the records unpack to more than ${MAX_UNPACKED_BYTES / 1024 ** 2} MiB, or more than a hundredfold: set the buffer size of the stream to 1 MiB`;
