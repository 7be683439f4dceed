import { z } from "zod";
import { readEndpoint } from "./endpoint.ts";
import { readPairs } from "./pairs.ts";
import { readSampler, type SamplerChoice } from "./sampler-setting.ts";

const text = z.string().optional();

/**
 * The standard variables of OpenTelemetry that are read. All of them are texts here and none is required to make sense:
 * platforms set them for every program, and watching a program must not keep it from starting.
 */
export const telemetryEnv = {
  OTEL_EXPORTER_OTLP_ENDPOINT: text.describe(
    "Base address of an OpenTelemetry collector, http://collector:4318; /v1/traces is added to it. Not set, nor the next one: nothing is traced.",
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: text.describe(
    "The same for traces alone, used as it is: http://collector:4318/v1/traces. It wins.",
  ),
  OTEL_EXPORTER_OTLP_HEADERS: text.describe(
    "Headers for the collector, name=value and commas in between, values percent-encoded: authorization=Bearer%20abc.",
  ),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: text.describe(
    "The same for traces alone; a name that stands in both has this value.",
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: text.describe(
    "Only http/protobuf is spoken. With grpc nothing is traced, and the log says so.",
  ),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: text.describe("The same for traces alone. It wins."),
  OTEL_SERVICE_NAME: z.string().default("traceops").describe("What the collector calls this program."),
  OTEL_TRACES_EXPORTER: text.describe("none: nothing is traced, whatever the other settings say."),
  OTEL_TRACES_SAMPLER: z
    .string()
    .default("parentbased_always_on")
    .describe("always_on, always_off, traceidratio, or one of them with parentbased_ in front."),
  OTEL_TRACES_SAMPLER_ARG: text.describe(
    "Of the samplers with traceidratio: which share of the traces is sent, 0 to 1.",
  ),
  OTEL_SDK_DISABLED: text.describe("true: nothing is traced, whatever the other settings say."),
} as const;

const Settings = z.object(telemetryEnv);
type Settings = z.infer<typeof Settings>;

export interface TracingSettings {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  readonly sampler: SamplerChoice;
}

export interface TracingChoice {
  /** Null: nothing is traced. */
  readonly settings: TracingSettings | null;
  /** What was set and could not be used, one sentence each, without the value. */
  readonly problems: readonly string[];
}

const OFF: TracingChoice = { settings: null, problems: [] };

/** Whether and how this program traces itself. A wrong setting becomes its default or switches tracing off, and is said. */
export function readTracingSettings(env: Readonly<Record<string, string>>): TracingChoice {
  const given = Settings.parse(env);
  if (isWord(given.OTEL_SDK_DISABLED, "true") || isWord(given.OTEL_TRACES_EXPORTER, "none")) return OFF;
  const endpoint = readEndpoint({
    base: given.OTEL_EXPORTER_OTLP_ENDPOINT,
    traces: given.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
  });
  if (endpoint === null) return OFF;
  const disabled = disabledProblems(given);
  if (endpoint.status === "wrong") return { settings: null, problems: [...disabled, endpoint.problem] };
  const protocol = protocolOf(given);
  if (protocol === "grpc") return { settings: null, problems: [...disabled, NO_GRPC] };
  const general = readPairs("OTEL_EXPORTER_OTLP_HEADERS", given.OTEL_EXPORTER_OTLP_HEADERS);
  const own = readPairs("OTEL_EXPORTER_OTLP_TRACES_HEADERS", given.OTEL_EXPORTER_OTLP_TRACES_HEADERS);
  const sampler = readSampler(given.OTEL_TRACES_SAMPLER, given.OTEL_TRACES_SAMPLER_ARG);
  return {
    settings: {
      url: endpoint.url,
      headers: { ...general.pairs, ...own.pairs },
      serviceName: given.OTEL_SERVICE_NAME,
      sampler: sampler.choice,
    },
    problems: [
      ...disabled,
      ...(protocol === "http/protobuf" ? [] : [OTHER_PROTOCOL]),
      ...general.problems,
      ...own.problems,
      ...sampler.problems,
    ],
  };
}

const NO_GRPC =
  "OTEL_EXPORTER_OTLP_PROTOCOL: gRPC is not spoken here, set http/protobuf and the collector's port for it";
const OTHER_PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL: not known, http/protobuf is spoken";

function protocolOf({
  OTEL_EXPORTER_OTLP_PROTOCOL: general,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: own,
}: Settings): string {
  return (own ?? general ?? "http/protobuf").trim().toLowerCase();
}

/** By the specification only "true" switches off, and whatever else was meant by it should be told. */
function disabledProblems({ OTEL_SDK_DISABLED: given }: Settings): readonly string[] {
  if (given === undefined || isWord(given, "false")) return [];
  return ["OTEL_SDK_DISABLED: neither true nor false, it counts as false"];
}

function isWord(given: string | undefined, word: string): boolean {
  return given?.trim().toLowerCase() === word;
}
