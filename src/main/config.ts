import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { alertSources } from "../alert-sources/registry.ts";
import { evidenceSources } from "../evidence-sources/registry.ts";
import { ingestEnv } from "../ingest/routes.ts";
import { telemetryEnv } from "../platform/telemetry/settings.ts";
import { segmentsEnv } from "../segments/settings.ts";
import { surfaces } from "../surfaces/registry.ts";
import { accessSettings } from "./access.ts";

const port = z.coerce.number().int().min(0).max(65_535);

/** Settings of the program itself; every source and surface adds its own shape. */
export const coreSettings = {
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/u })
    .optional()
    .describe(
      "PostgreSQL to use, postgresql://user:password@host:5432/name. Not set: a PostgreSQL of our own in TRACEOPS_DATA_DIR.",
    ),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/u })
    .optional()
    .describe("Redis 6.2 or later for the queue, redis://host:6379. Not set: the queue lives in the same PostgreSQL."),
  HOST: z.string().default("127.0.0.1").describe("Address the web server listens on; 0.0.0.0 in a container."),
  PORT: port.default(3000).describe("Port of the web server; 0 picks a free one."),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/u })
    .optional()
    .describe(
      "Where people reach this install, for links in messages: https://traceops.example.com. Not set: the local address.",
    ),
  TRACEOPS_DATA_DIR: z.string().default(".traceops").describe("Folder for the embedded database, keys and the demo."),
  TRACEOPS_DEMO: z
    .enum(["on", "off"])
    .default("on")
    .describe("off: start without the demo incident while nothing is configured."),
  TRACEOPS_SECRET: z
    .string()
    .min(32)
    .optional()
    .describe(
      "Master secret of this install, at least 32 characters, the same in every process. Not set: one is made and kept in TRACEOPS_DATA_DIR.",
    ),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info").describe("How much the bot says about itself."),
  WORKER_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(12)
    .describe(
      "Jobs that one worker runs at a time; a third of them are kept for investigations, which take the memory, the others for all else.",
    ),
  WEBHOOK_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(30)
    .describe(
      "How long the bytes of webhooks are kept after they were worked off, in days; their keys are kept for ever.",
    ),
  ANSWER_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .describe(
      "How long the records behind an answer (for traceops replay) and answers that a later one replaced are kept, in days.",
    ),
  HEARTBEAT_URL: z
    .url({ protocol: /^https?$/u })
    .optional()
    .describe(
      "Address of an outside checker that is called while a synthetic incident gets through everything; its silence is the alarm. Not set: nobody is told when TraceOps stops.",
    ),
  SELF_WATCH_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(600)
    .default(60)
    .describe("How often the synthetic incident runs, and how long it may take, in seconds."),
  STOP_NOTICE_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe(
      "How long a stopping web server still answers while /readyz says no, for load balancers that look every so many seconds.",
    ),
  METRICS_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe(
      "Bearer token for /metrics, at least 16 characters. Not set: only programs on this machine may read it, and only while PUBLIC_URL is not set or local.",
    ),
  REDACTION_RULES: z
    .string()
    .optional()
    .describe(
      'What this install calls secret beyond the built-in rules, as JSON: [{"name":"customer-number","pattern":"KD-\\\\d{8}"}]; patterns in RE2\'s syntax, "tenant" for one tenant only.',
    ),
  REDACTION_ADDRESSES: z
    .enum(["public", "all", "none"])
    .default("public")
    .describe("Which IP addresses get a pseudonym: public ones, all, or none."),
  EVENT_RETENTION_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(24 * 90)
    .default(48)
    .describe("How long events that applications send are kept, in hours."),
  PAGERDUTY_POLL_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(3600)
    .default(0)
    .describe(
      "Ask PagerDuty for incidents every so many seconds, for installs without a public URL. 0 = wait for webhooks.",
    ),
} satisfies z.ZodRawShape;

const CoreSchema = z.object(coreSettings);
export type CoreConfig = z.infer<typeof CoreSchema>;

export interface Config {
  readonly core: CoreConfig;
  /** The environment after unset and empty names were dropped; sources and surfaces parse their own part of it. */
  readonly env: Readonly<Record<string, string>>;
}

/** A group of settings and who brings it, for `.env.example` and the reference page. */
export interface SettingsGroup {
  readonly title: string;
  readonly shape: z.ZodRawShape;
  readonly howToConfigure: string | null;
}

/** Every setting there is, grouped by its owner. */
export function settingsGroups(): readonly SettingsGroup[] {
  return [
    { title: "TraceOps itself", shape: coreSettings, howToConfigure: null },
    { title: "Who may do what", shape: accessSettings, howToConfigure: null },
    { title: "Events that applications send", shape: { ...ingestEnv, ...segmentsEnv }, howToConfigure: null },
    { title: "Traces of TraceOps itself (OpenTelemetry)", shape: telemetryEnv, howToConfigure: null },
    ...Object.entries(alertSources).map(([name, source]) => group(`Alerts: ${name}`, source)),
    ...Object.values(evidenceSources).map((source) => group(`Evidence: ${source.title}`, source)),
    ...Object.values(surfaces).map((surface) => group(`Surface: ${surface.title}`, surface)),
  ];
}

function group(title: string, owner: { readonly env: z.ZodRawShape; readonly howToConfigure: string }): SettingsGroup {
  return { title, shape: owner.env, howToConfigure: owner.howToConfigure };
}

export type ConfigResult =
  | { readonly status: "valid"; readonly config: Config }
  /** One sentence per problem: the setting's name and what is wrong with it, never its value. */
  | { readonly status: "invalid"; readonly problems: readonly string[] };

/** Reads every setting once. All problems come back together; no value is ever in them. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): ConfigResult {
  const env = Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== "",
    ),
  );
  const problems = [...new Set(settingsGroups().flatMap(({ shape }) => problemsOf(shape, env)))];
  if (problems.length > 0) return { status: "invalid", problems };
  return { status: "valid", config: { core: CoreSchema.parse(env), env } };
}

function problemsOf(shape: z.ZodRawShape, env: Readonly<Record<string, string>>): readonly string[] {
  const parsed = z.object(shape).safeParse(env, { reportInput: false });
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => {
    const name = issue.path.join(".");
    const meant = z.toJSONSchema(z.object(shape), { io: "input", unrepresentable: "any" }).properties?.[name];
    const hint = typeof meant === "object" && meant.description !== undefined ? ` (${meant.description})` : "";
    return `${name}: ${wordsFor(issue)}${hint}`;
  });
}

/** zod's own sentences may quote what was given; these cannot. */
function wordsFor(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return `is missing or not a ${issue.expected}`;
  if (issue.code === "too_small") return `is too short or too small, the minimum is ${String(issue.minimum)}`;
  if (issue.code === "too_big") return `is too long or too large, the maximum is ${String(issue.maximum)}`;
  if (issue.code === "invalid_format")
    return `does not have the form of a ${issue.format === "url" ? "URL" : issue.format} that fits`;
  if (issue.code === "invalid_value") return `must be one of ${issue.values.map(String).join(", ")}`;
  return issue.code === "custom" ? issue.message : "is not valid";
}

/** The process's environment with `.env` of the given folder below it. Real variables win over the file. */
export function readEnvironment(folder: string): Readonly<Record<string, string | undefined>> {
  const file = join(folder, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
  return process.env;
}
