import { LOG_FIELD_NAMES } from "../records/log-line.ts";

const { at, level, body, service, host, traceId, requestId, errorMessage } = LOG_FIELD_NAMES;

/** The fields of a JSON log line that a row needs, as `records/log-line.ts` reads them. */
export const FIELD_NAMES = { at, level, body, service, host, traceId, requestId, errorMessage } as const;

/** Places of the fields in the arrays of a scanned line, in the order of `FIELD_NAMES`. */
export const FIELD = {
  at: 0,
  level: 1,
  body: 2,
  service: 3,
  host: 4,
  traceId: 5,
  requestId: 6,
  errorMessage: 7,
} as const;

export const FIELD_COUNT = 8;
