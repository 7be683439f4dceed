import { z } from "zod";

const Time = z.iso.datetime({ offset: true });
const Labels = z.record(z.string(), z.string());

export const NotificationPayload = z.object({
  version: z.literal("4"),
  groupKey: z.string().min(1),
  groupLabels: Labels.optional(),
  alerts: z.array(
    z.object({
      status: z.enum(["firing", "resolved"]),
      fingerprint: z.string().min(1),
      startsAt: Time,
      endsAt: Time,
      generatorURL: z.string().nullish(),
      labels: Labels,
      annotations: Labels.default({}),
    }),
  ),
});

export type Notification = z.infer<typeof NotificationPayload>;
export type NotificationAlert = Notification["alerts"][number];
