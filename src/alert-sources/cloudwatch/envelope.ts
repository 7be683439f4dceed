import { z } from "zod";

/** No line break: the signed text is lines, so a field with several could pass for several fields. */
const Line = z
  .string()
  .max(4_096)
  .regex(/^[^\r\n]*$/u);
const Common = {
  MessageId: z.string().regex(/^[0-9A-Za-z-]{8,64}$/u),
  TopicArn: Line,
  Message: z.string(),
  Timestamp: z.iso.datetime(),
};

/** What SNS puts around every message. */
export const Envelope = z.discriminatedUnion("Type", [
  z.object({ Type: z.literal("Notification"), Subject: Line.nullish(), ...Common }),
  z.object({ Type: z.literal("SubscriptionConfirmation"), SubscribeURL: Line, Token: Line, ...Common }),
  z.object({ Type: z.literal("UnsubscribeConfirmation"), SubscribeURL: Line, Token: Line, ...Common }),
]);
export type Envelope = z.infer<typeof Envelope>;

export const Signature = z.object({
  SignatureVersion: z.enum(["1", "2"]),
  // Written in its one way: other spellings of the same bytes are nothing that SNS sends.
  Signature: z
    .string()
    .regex(/^[A-Za-z0-9+/]{64,2048}={0,2}$/u)
    .refine((text) => Buffer.from(text, "base64").toString("base64") === text),
  SigningCertURL: z.string().max(200),
});
export type Signature = z.infer<typeof Signature>;

/** The text under the signature: names and values, a line each, in the order that SNS documents. */
export function signedText(envelope: Envelope): string {
  const { Message, MessageId, Timestamp, TopicArn, Type } = envelope;
  const fields =
    envelope.Type === "Notification"
      ? { Message, MessageId, Subject: envelope.Subject, Timestamp, TopicArn, Type }
      : { Message, MessageId, SubscribeURL: envelope.SubscribeURL, Timestamp, Token: envelope.Token, TopicArn, Type };
  return Object.entries(fields)
    .flatMap(([name, value]) => (typeof value === "string" ? [`${name}\n${value}\n`] : []))
    .join("");
}

/** The JSON of a delivery; null when the bytes are not UTF-8 or not JSON, which SNS never sends. */
export function readJson(raw: Uint8Array): unknown {
  try {
    // Replacing what is not UTF-8 would let different bytes pass under one signature.
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(raw));
  } catch {
    return null;
  }
}
