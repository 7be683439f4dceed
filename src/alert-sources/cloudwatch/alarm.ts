import { z } from "zod";

const Dimension = z.object({ name: z.string(), value: z.string() });

/** AWS writes "2026-11-21T01:48:00.123+0000"; ISO 8601 wants a colon in the zone. */
const AwsTime = z
  .string()
  .transform((text) => text.replace(/([+-]\d\d)(\d\d)$/u, "$1:$2"))
  .pipe(z.iso.datetime({ offset: true }));

/** The message that a CloudWatch alarm publishes when its state changes; only the fields we use. */
export const Alarm = z.object({
  AlarmName: z.string().min(1),
  AlarmDescription: z.string().nullish(),
  AlarmArn: z.string().min(1).max(2_000),
  NewStateValue: z.enum(["ALARM", "OK", "INSUFFICIENT_DATA"]),
  StateChangeTime: AwsTime,
  Trigger: z
    .object({
      MetricName: z.string().nullish(),
      Namespace: z.string().nullish(),
      Dimensions: z.array(Dimension).nullish(),
    })
    .nullish(),
});
export type Alarm = z.infer<typeof Alarm>;
