import { createHmac } from "node:crypto";
import { AppError } from "../app/errors.ts";
import { type Command, type CommandIo, reasonOf, targetUrl, textOption } from "./command.ts";
import { reach } from "./reach.ts";

interface Sample {
  readonly path: string;
  readonly setting: string;
  readonly body: (now: Date) => object;
  readonly headers: (raw: string, secret: string) => Readonly<Record<string, string>>;
}

const hmac = (raw: string, secret: string) => `v1=${createHmac("sha256", secret).update(raw).digest("hex")}`;

/** A test alert per way in, dated now, so that a person sees the whole way from sender to card. */
const SAMPLES: Readonly<Record<string, Sample>> = {
  pagerduty: {
    path: "/hooks/pagerduty",
    setting: "PAGERDUTY_WEBHOOK_SECRETS",
    body: (now) => ({
      event: {
        id: `sample-${now.getTime()}`,
        event_type: "incident.triggered",
        resource_type: "incident",
        occurred_at: now.toISOString(),
        data: {
          id: `QSAMPLE${now.getTime()}`,
          type: "incident",
          title: "Test alert sent by traceops send-sample",
          urgency: "low",
          created_at: now.toISOString(),
          service: { id: "PSAMPLE", summary: "sample-service" },
        },
      },
    }),
    headers: (raw, secret) => ({ "x-pagerduty-signature": hmac(raw, secret) }),
  },
  alertmanager: {
    path: "/hooks/alertmanager",
    setting: "ALERTMANAGER_WEBHOOK_TOKENS",
    body: (now) => ({
      version: "4",
      groupKey: `{}:{alertname="TraceOpsSample",at="${now.getTime()}"}`,
      truncatedAlerts: 0,
      status: "firing",
      receiver: "traceops",
      groupLabels: { alertname: "TraceOpsSample" },
      commonLabels: { alertname: "TraceOpsSample", service: "sample-service", severity: "warning" },
      commonAnnotations: { summary: "Test alert sent by traceops send-sample" },
      externalURL: "",
      alerts: [
        {
          status: "firing",
          labels: { alertname: "TraceOpsSample", service: "sample-service", severity: "warning" },
          annotations: { summary: "Test alert sent by traceops send-sample" },
          startsAt: now.toISOString(),
          endsAt: "0001-01-01T00:00:00Z",
          generatorURL: "",
          fingerprint: now.getTime().toString(16).padStart(16, "0"),
        },
      ],
    }),
    headers: (_raw, secret) => ({ authorization: `Bearer ${secret}` }),
  },
  generic: {
    path: "/hooks/generic",
    setting: "GENERIC_WEBHOOK_SECRETS",
    body: (now) => ({
      id: `sample-${now.getTime()}`,
      service: "sample-service",
      title: "Test alert sent by traceops send-sample",
      severity: "warning",
      startedAt: now.toISOString(),
    }),
    headers: (raw, secret) => ({ "x-traceops-signature": hmac(raw, secret) }),
  },
};

/** Sends one signed test alert to a running TraceOps. */
export const sendSample: Command = {
  summary: "Sends a signed test alert to a running TraceOps.",
  usage: "[--source pagerduty|alertmanager|generic] [--to <TraceOps address>] [--secret <secret>]",
  options: { source: { type: "string" }, to: { type: "string" }, secret: { type: "string" } },
  async run(args, io) {
    const source = textOption(args, "source") ?? "pagerduty";
    const sample = Object.hasOwn(SAMPLES, source) ? SAMPLES[source] : undefined;
    if (!sample) throw new AppError("invalid-input", `--source must be one of ${Object.keys(SAMPLES).join(", ")}.`);
    const secret = textOption(args, "secret") ?? firstOf(io.environment[sample.setting]);
    if (secret === "") {
      throw new AppError(
        "conflict",
        `Set ${sample.setting} (in .env or with --secret), the same as in the running TraceOps.`,
      );
    }
    const to = targetUrl(args, io);
    return tell(io, { to, sample, answer: await send(new URL(sample.path, to), sample, secret) });
  },
};

function firstOf(list: string | undefined): string {
  return (list ?? "").split(",")[0]?.trim() ?? "";
}

function tell(io: CommandIo, { to, sample, answer }: { to: string; sample: Sample; answer: number | string }): number {
  if (typeof answer === "string") {
    io.err(`TraceOps at ${to} could not be reached: ${answer}. Is it running, and is --to its address?\n`);
    return 1;
  }
  io.out(`${sample.path} answered ${answer}: ${meaningOf(answer, sample.setting)}\n`);
  return answer === 202 ? 0 : 1;
}

async function send(url: URL, sample: Sample, secret: string): Promise<number | string> {
  const raw = JSON.stringify(sample.body(new Date()));
  try {
    const response = await reach(url)(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...sample.headers(raw, secret) },
      body: raw,
    });
    return response.status;
  } catch (error) {
    return reasonOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
  }
}

function meaningOf(status: number, setting: string): string {
  if (status === 202) return "taken. The incident appears within seconds.";
  if (status === 401) return `refused. ${setting} of the running TraceOps holds another secret.`;
  if (status === 503) return "its database is away or it is overloaded; a real sender would try again.";
  return "not taken.";
}
