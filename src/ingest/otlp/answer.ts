import type { HttpResponse } from "../../platform/http-route.ts";
import { type IngestProblem, jsonAnswer, type ReadBatch } from "../define.ts";
import { WireWriter } from "./encode.ts";
import { LENGTH, VARINT } from "./wire.ts";

export const PROTOBUF = "application/x-protobuf";

/** Codes of google.rpc.Status for the statuses of HTTP. */
const RPC_CODES: Readonly<Record<IngestProblem["status"], number>> = {
  400: 3,
  401: 16,
  413: 3,
  415: 3,
  429: 8,
  503: 14,
};

/** ExportServiceResponse in JSON; what was refused is counted in 64-bit integers, which JSON writes as text. */
export function acceptedJson({ refused, because }: ReadBatch, counter: string): HttpResponse {
  if (refused === 0 && because === null) return jsonAnswer(200, {});
  return jsonAnswer(200, { partialSuccess: { [counter]: String(refused), errorMessage: because ?? "" } });
}

/** ExportServiceResponse: partial_success (1) with the count of the refused (1) and the sentence (2). */
export function acceptedProtobuf({ refused, because }: ReadBatch): HttpResponse {
  const writer = new WireWriter();
  if (refused > 0 || because !== null) {
    writer.tag(1, LENGTH);
    const from = writer.size;
    if (refused > 0) {
      writer.tag(1, VARINT);
      writer.varint(refused);
    }
    writer.tag(2, LENGTH);
    writer.text(because ?? "");
    writer.closeLength(from);
  }
  return protobuf(200, writer);
}

/** google.rpc.Status, as OTLP asks for: code (1) and message (2). */
export function refusedJson({ status, message }: IngestProblem): HttpResponse {
  return jsonAnswer(status, { code: RPC_CODES[status], message });
}

/** The same as protobuf. */
export function refusedProtobuf({ status, message }: IngestProblem): HttpResponse {
  const writer = new WireWriter();
  writer.tag(1, VARINT);
  writer.varint(RPC_CODES[status]);
  writer.tag(2, LENGTH);
  writer.text(message);
  return protobuf(status, writer);
}

function protobuf(status: number, writer: WireWriter): HttpResponse {
  return { status, headers: { "content-type": PROTOBUF }, body: writer.written };
}
