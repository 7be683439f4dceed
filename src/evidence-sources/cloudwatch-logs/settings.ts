import { z } from "zod";

export interface LogGroup {
  readonly region: string;
  /** Name, or an ARN for a group of another account. */
  readonly group: string;
  /** The service whose lines it holds, for lines that name none. */
  readonly service: string;
}

const REGION = /^[a-z]{2}(?:-[a-z]+){1,3}-\d$/u;
const ARN = /^arn:[\w-]+:logs:([a-z0-9-]+):\d{12}:log-group:([\w./#-]+?)(?::\*)?$/u;
const NAMED_REGION = /^([a-z]{2}(?:-[a-z]+){1,3}-\d):(.+)$/u;
const NAME = /^[\w./#-]{1,512}$/u;
const MAX_GROUPS = 500;

export const cloudwatchEnv = {
  CLOUDWATCH_LOG_GROUPS: z
    .string()
    .optional()
    .describe(
      "Log groups to read: region:/group=service,region:/other. Without a region they are looked for in CLOUDWATCH_REGIONS, without =service the last part of the name is the service. ARNs name groups of other accounts.",
    ),
  CLOUDWATCH_REGIONS: z
    .string()
    .optional()
    .refine((list) => list === undefined || words(list).every((region) => REGION.test(region)), {
      message: "must be a list of AWS regions like us-east-1,eu-central-1",
    })
    .describe("Regions of the log groups that name none, separated by commas."),
} as const;

interface CloudWatchEnv {
  readonly CLOUDWATCH_LOG_GROUPS?: string | undefined;
  readonly CLOUDWATCH_REGIONS?: string | undefined;
}

/** The groups to read, one per region they are in; entries that are not understood are given back apart. */
export function parseLogGroups(env: CloudWatchEnv): {
  readonly groups: readonly LogGroup[];
  readonly wrong: readonly string[];
} {
  const regions = words(env.CLOUDWATCH_REGIONS ?? "");
  const groups: LogGroup[] = [];
  const wrong: string[] = [];
  for (const entry of words(env.CLOUDWATCH_LOG_GROUPS ?? "")) {
    const found = parseEntry(entry, regions);
    if (found.length === 0) wrong.push(entry);
    groups.push(...found);
  }
  return { groups: groups.slice(0, MAX_GROUPS), wrong };
}

function parseEntry(entry: string, regions: readonly string[]): readonly LogGroup[] {
  const [place = "", service] = entry.split("=");
  const [, arnRegion, arnName = ""] = ARN.exec(place) ?? [];
  if (arnRegion)
    return [{ region: arnRegion, group: place.replace(/:\*$/u, ""), service: service ?? lastPart(arnName) }];
  const [, region, group = place] = NAMED_REGION.exec(place) ?? [];
  if (!NAME.test(group)) return [];
  return (region ? [region] : regions).map((each) => ({ region: each, group, service: service ?? lastPart(group) }));
}

function lastPart(group: string): string {
  return group.split("/").findLast((part) => part !== "") ?? group;
}

function words(list: string): readonly string[] {
  return list
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
