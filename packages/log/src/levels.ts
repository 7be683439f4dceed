/** Severities of OpenTelemetry's logs, least severe first. */
export const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

export type Level = (typeof LEVELS)[number];

/** How severe a level is, 0 to 5. */
export function rankOf(level: Level): number {
  return LEVELS.indexOf(level);
}

/** The level that a text names; null when it names none. */
export function levelFrom(text: unknown): Level | null {
  return LEVELS.find((level) => level === text) ?? null;
}
