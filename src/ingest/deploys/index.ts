import { z } from "zod";
import {
  type IngestBody,
  type IngestProblem,
  type IngestReading,
  type IngestRoute,
  jsonAnswer,
  type ReadBatch,
} from "../define.ts";
import { Deploy, deployEvent } from "../deploy-event.ts";
import { parseJson } from "../json-shape.ts";
import { createRecordNames } from "../record-ids.ts";

const Announced = z.union([Deploy, z.array(Deploy).max(100)]);

/** Deploys that a CI announces: {service, version, environment?, at?, by?, url?, summary?} or a list of them. */
export const deploys: readonly IngestRoute[] = [
  {
    path: "/v1/deploys",
    limits: null,
    protocols: {
      "application/json": {
        read: readDeploys,
        accepted: ({ accepted }: ReadBatch) => jsonAnswer(200, { accepted }),
        refused: ({ status, message }: IngestProblem) => jsonAnswer(status, { error: message }),
      },
    },
  },
];

/** A deploy needs a service and a version; anything else of the wrong shape is named. */
export function readDeploys({ bytes, request: { receivedAtMs } }: IngestBody): IngestReading {
  const body = parseJson(bytes);
  if (body.status === "invalid") return body;
  const parsed = Announced.safeParse(body.value);
  if (!parsed.success) {
    return { status: "invalid", because: "a deploy is {service, version, environment?, at?, by?, url?, summary?}" };
  }
  const nameOf = createRecordNames("deploy");
  const events = [parsed.data].flat().map((deploy) => {
    // The time of arrival is part of the name only when no other time is given: the same announcement twice is one deploy.
    const when = deploy.at ?? receivedAtMs;
    return deployEvent(deploy, nameOf(`${deploy.service}\u0000${deploy.version}\u0000${when}`), receivedAtMs);
  });
  return { status: "read", events, records: null, accepted: events.length, refused: 0, because: null };
}
