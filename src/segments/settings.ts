import { z } from "zod";

const GIB = 1024 ** 3;

/** Settings of the files that raw events are stored in. */
export const segmentsEnv = {
  SEGMENTS_FSYNC: z
    .enum(["always", "never"])
    .default("always")
    .describe(
      "When pushed events count as stored. always: once the disk has them (fdatasync), so that a power cut loses nothing that was acknowledged. never: once the operating system has them; a crash of the program loses nothing, a crash of the machine may lose the last seconds.",
    ),
  SEGMENTS_MAX_GB: z.coerce
    .number()
    .min(0.1)
    .max(100_000)
    .default(20)
    .describe(
      "How much disk the raw events of all tenants may take, in GiB. Beyond it the oldest go of the tenant that takes the most, even within EVENT_RETENTION_HOURS; each tenant is guaranteed an equal share.",
    ),
} as const;

export interface SegmentSettings {
  readonly fsync: "always" | "never";
  readonly maxTotalBytes: number;
}

/** The settings of this folder, as numbers that mean bytes. */
export function segmentSettings(env: unknown): SegmentSettings {
  const { SEGMENTS_FSYNC, SEGMENTS_MAX_GB } = z.object(segmentsEnv).parse(env);
  return { fsync: SEGMENTS_FSYNC, maxTotalBytes: Math.round(SEGMENTS_MAX_GB * GIB) };
}
