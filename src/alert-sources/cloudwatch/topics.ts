import { z } from "zod";

/** A topic of Amazon SNS and the host that speaks for its region. */
export interface Topic {
  readonly arn: string;
  readonly host: string;
}

const ARN = /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z]{2,3}(?:-[a-z]{2,12}){1,3}-\d{1,2}):\d{12}:[A-Za-z0-9_-]{1,256}$/u;
const MAX_TOPICS = 100;

/** The topic that an ARN names; null for anything else. China has a domain of its own. */
export function readTopic(arn: string): Topic | null {
  const [, partition, region] = ARN.exec(arn) ?? [];
  if (partition === undefined || region === undefined) return null;
  return { arn, host: `sns.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}` };
}

/** The ARNs of the setting. */
export function splitTopics(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((arn) => arn.trim())
    .filter((arn) => arn !== "");
}

/** A setting that lists topics, separated by commas. */
export function topicListSetting(description: string): z.ZodOptional<z.ZodString> {
  return z
    .string()
    .refine((text) => splitTopics(text).length <= MAX_TOPICS && splitTopics(text).every((arn) => readTopic(arn)), {
      error: `each topic must look like arn:aws:sns:eu-west-1:123456789012:alarms, at most ${MAX_TOPICS}`,
    })
    .optional()
    .describe(description);
}
