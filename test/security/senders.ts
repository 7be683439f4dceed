import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { alarmMessage, createSnsSender, type SnsSender } from "../support/sns-sender.ts";

/** Headers as pairs: a sender may write one twice. */
export type Headers = readonly (readonly [string, string])[];

/** One kind of sender with its secret: what it sends, and how it says that it was really it. */
export interface Sender {
  readonly name: SenderName;
  readonly path: string;
  /** Above this the receiver answers 413. */
  readonly maxBytes: number;
  /** Bodies as the sender makes them. */
  readonly bodies: readonly [Buffer, ...Buffer[]];
  /** An authentic request around these bytes. SNS signs fields, so there they travel inside of its message. */
  sign(content: Buffer, nowMs: number): { readonly headers: Headers; readonly body: Buffer };
}

export type SenderName = "pagerduty" | "alertmanager" | "generic" | "cloudwatch" | "slack";

export const SECRETS = {
  pagerduty: "pagerduty-secret-for-tests",
  pagerdutyOld: "pagerduty-secret-before-it-was-rotated",
  alertmanager: "alertmanager-token-for-tests",
  alertmanagerOld: "alertmanager-token-before-it-was-rotated",
  generic: "generic-secret-for-tests",
  genericOld: "generic-secret-before-it-was-rotated",
  slack: "slack-signing-secret-for-tests",
} as const;

/** Settings of a receiver that takes all of them, both secrets of a rotation active. */
export function receiverSettings(sns: Pick<SnsSender, "topic">): Readonly<Record<string, string>> {
  return {
    PAGERDUTY_WEBHOOK_SECRETS: `${SECRETS.pagerduty},${SECRETS.pagerdutyOld}`,
    ALERTMANAGER_WEBHOOK_TOKENS: `${SECRETS.alertmanager},${SECRETS.alertmanagerOld}`,
    GENERIC_WEBHOOK_SECRETS: `${SECRETS.generic},${SECRETS.genericOld}`,
    CLOUDWATCH_SNS_TOPICS: sns.topic,
  };
}

const JSON_TYPE = ["content-type", "application/json"] as const;
const hmac = (secret: string, ...parts: readonly (string | Uint8Array)[]) => {
  const digest = createHmac("sha256", secret);
  for (const part of parts) digest.update(part);
  return digest.digest("hex");
};
const fixture = (path: string) => readFileSync(new URL(`../../src/alert-sources/${path}.json`, import.meta.url));
const compact = (path: string) => Buffer.from(JSON.stringify(JSON.parse(fixture(path).toString())));

/** All senders; SNS signs with this topic's key. */
export function allSenders(
  sns: SnsSender = createSnsSender(),
  slackSender: Sender = slack(),
): readonly [Sender, ...Sender[]] {
  return [pagerduty(), alertmanager(), generic(), cloudwatch(sns), slackSender];
}

export function pagerduty(secret: string = SECRETS.pagerduty): Sender {
  return {
    name: "pagerduty",
    path: "/hooks/pagerduty",
    maxBytes: 1_048_576,
    bodies: [
      compact("pagerduty/fixtures/triggered"),
      fixture("pagerduty/fixtures/annotated"),
      compact("pagerduty/fixtures/reassigned"),
    ],
    sign: (body) => ({ body, headers: [JSON_TYPE, ["x-pagerduty-signature", `v1=${hmac(secret, body)}`]] }),
  };
}

export function alertmanager(token: string = SECRETS.alertmanager): Sender {
  return {
    name: "alertmanager",
    path: "/hooks/alertmanager",
    maxBytes: 4_194_304,
    bodies: [compact("alertmanager/fixtures/two-alerts-firing"), compact("alertmanager/fixtures/ungrouped")],
    sign: (body) => ({ body, headers: [JSON_TYPE, ["authorization", `Bearer ${token}`]] }),
  };
}

export function generic(secret: string = SECRETS.generic): Sender {
  return {
    name: "generic",
    path: "/hooks/generic",
    maxBytes: 262_144,
    bodies: [compact("generic/fixtures/everything"), compact("generic/fixtures/smallest")],
    sign: (body) => ({ body, headers: [JSON_TYPE, ["x-traceops-signature", `v1=${hmac(secret, body)}`]] }),
  };
}

export function cloudwatch(sns: SnsSender): Sender {
  return {
    name: "cloudwatch",
    path: "/hooks/cloudwatch",
    maxBytes: 2_097_152,
    bodies: [Buffer.from(alarmMessage("checkout 5xx rate")), Buffer.from(alarmMessage("ä\u{1f525}", "OK"))],
    sign: (content) => ({
      body: Buffer.from(JSON.stringify(sns.notification(content.toString()))),
      headers: [
        ["content-type", "text/plain; charset=UTF-8"],
        ["x-amz-sns-message-type", "Notification"],
      ],
    }),
  };
}

const PRESS = { type: "block_actions", team: { id: "T0TEAM" }, user: { id: "U0USER" }, actions: [] };
const MENTION = {
  type: "event_callback",
  team_id: "T0TEAM",
  event_id: "Ev0",
  event: { type: "app_mention", text: "why \u{1f525} \ufffd" },
};

export function slack(secret: string = SECRETS.slack): Sender {
  return {
    name: "slack",
    path: "/slack/events",
    maxBytes: 1_000_000,
    bodies: [
      Buffer.from(JSON.stringify(MENTION)),
      Buffer.from(new URLSearchParams({ payload: JSON.stringify(PRESS) }).toString()),
      Buffer.from(new URLSearchParams({ command: "/traceops", text: "why", team_id: "T0TEAM" }).toString()),
    ],
    sign: (body, nowMs) => {
      const timestamp = String(Math.floor(nowMs / 1000));
      const type = body[0] === 0x7b ? JSON_TYPE : (["content-type", "application/x-www-form-urlencoded"] as const);
      const signature = `v0=${hmac(secret, `v0:${timestamp}:`, body)}`;
      return { body, headers: [type, ["x-slack-request-timestamp", timestamp], ["x-slack-signature", signature]] };
    },
  };
}
