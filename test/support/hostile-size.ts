/** Strings through every builder; the full size is HOSTILE_STRINGS=100000. */
export const HOSTILE_STRINGS = Number(process.env["HOSTILE_STRINGS"] ?? 10_000);
/** For one builder: at the full size some take half a minute. */
export const HOSTILE_TIMEOUT_MS = 60_000 + HOSTILE_STRINGS * 6;
