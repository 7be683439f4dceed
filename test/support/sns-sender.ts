import { createSign, generateKeyPairSync, type KeyObject } from "node:crypto";

/** A topic with a key and a certificate of its own, made here: what Amazon SNS is to a receiver. */
export interface SnsSender {
  readonly topic: string;
  readonly certificateUrl: string;
  readonly certificate: string;
  /** A signed notification as the bytes that SNS posts. */
  notification(message: string, changes?: Readonly<Record<string, string>>): Record<string, string>;
  confirmation(changes?: Readonly<Record<string, string>>): Record<string, string>;
  /** Signs the fields anew. */
  signed(fields: Readonly<Record<string, string>>): Record<string, string>;
}

const TOPIC = "arn:aws:sns:eu-west-1:123456789012:shop-alarms";
const NAMED = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
};

/** The sender; `version` 1 signs with SHA-1, 2 with SHA-256. Other `name`s have other keys and certificates. */
export function createSnsSender({ version = "1", name = "0" }: { version?: "1" | "2"; name?: string } = {}): SnsSender {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const certificateUrl = `https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-${name.padStart(32, "0")}.pem`;
  const signed = (fields: Readonly<Record<string, string>>) => {
    const names = fields["Type"] === "Notification" ? NAMED.Notification : NAMED.SubscriptionConfirmation;
    const text = names.flatMap((each) => (fields[each] === undefined ? [] : [`${each}\n${fields[each]}\n`])).join("");
    const signature = createSign(version === "1" ? "RSA-SHA1" : "RSA-SHA256")
      .update(text)
      .sign(privateKey, "base64");
    return { ...fields, SignatureVersion: version, Signature: signature, SigningCertURL: certificateUrl };
  };
  const common = { TopicArn: TOPIC, Timestamp: "2026-11-21T01:48:01.500Z" };
  let next = 0;
  const MessageId = () => `5f0c1c7a-0000-4000-8000-${String(++next).padStart(12, "0")}`;
  return {
    topic: TOPIC,
    certificateUrl,
    certificate: selfSigned(publicKey, privateKey),
    signed,
    notification: (Message, changes = {}) =>
      signed({
        Type: "Notification",
        MessageId: MessageId(),
        Subject: "ALARM: checkout",
        Message,
        ...common,
        ...changes,
      }),
    confirmation: (changes = {}) =>
      signed({
        Type: "SubscriptionConfirmation",
        MessageId: MessageId(),
        Message: "You have chosen to subscribe to the topic.",
        Token: "2336412f37fb687f5d51e6e2425c464de257eb",
        SubscribeURL: "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription",
        ...common,
        ...changes,
      }),
  };
}

/** The message that a CloudWatch alarm publishes. */
export function alarmMessage(
  name: string,
  state: "ALARM" | "OK" = "ALARM",
  at = "2026-11-21T01:48:00.123+0000",
): string {
  return JSON.stringify({
    AlarmName: name,
    AlarmArn: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}`,
    NewStateValue: state,
    StateChangeTime: at,
    Trigger: { Dimensions: [{ name: "ServiceName", value: "checkout" }] },
  });
}

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const utcTime = (text: string) => der(0x17, Buffer.from(text));
const SHA256_WITH_RSA = sequence(der(0x06, Buffer.from("2a864886f70d01010b", "hex")), der(0x05));
const NAME = sequence(der(0x31, sequence(der(0x06, Buffer.from("550403", "hex")), der(0x0c, Buffer.from("sns.test")))));

/** A certificate for this key in PEM, with the least that X.509 asks for. */
function selfSigned(publicKey: KeyObject, privateKey: KeyObject): string {
  const content = sequence(
    der(0x02, Buffer.from([1])),
    SHA256_WITH_RSA,
    NAME,
    sequence(utcTime("260101000000Z"), utcTime("490101000000Z")),
    NAME,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = createSign("RSA-SHA256").update(content).sign(privateKey);
  const certificate = sequence(content, SHA256_WITH_RSA, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString("base64").match(/.{1,64}/gu) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
