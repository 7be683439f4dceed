import { verify as verifySignature } from "node:crypto";
import type { Delivery, Refusal, Verdict } from "../../app/delivery.ts";
import type { SenderChecks, SenderTools } from "../define.ts";
import { isCertificateUrl, SigningKeys } from "./certificates.ts";
import { confirm } from "./confirm.ts";
import { Envelope, readJson, Signature, signedText } from "./envelope.ts";
import { readTopic, type Topic } from "./topics.ts";

const DIGEST: Readonly<Record<Signature["SignatureVersion"], string>> = { "1": "RSA-SHA1", "2": "RSA-SHA256" };
const NOT_CONFIGURED: Refusal = { status: "refused", reason: "no-secret-configured" };
const WRONG: Verdict = { status: "refused", reason: "wrong-signature" };

/**
 * Checks messages of Amazon SNS by the strict rule: first the topic, from the list; then the certificate's address, which
 * has one form; then the signature, RSA over named fields, SHA-1 or SHA-256 by its version.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
export function snsChecks(arns: readonly string[], tools: SenderTools): SenderChecks {
  const topics = new Map(arns.flatMap((arn) => readTopic(arn) ?? []).map((topic) => [topic.arn, topic]));
  const keys = new SigningKeys(tools);
  return {
    // SNS signs inside of the body; its headers prove nothing.
    refusedByHead: () => (topics.size === 0 ? NOT_CONFIGURED : null),
    verify: (delivery) => verify(delivery, topics, keys),
    confirm: (body, signal) => confirm({ ...tools, topics }, body, signal),
  };
}

function verify({ raw }: Delivery, topics: ReadonlyMap<string, Topic>, keys: SigningKeys): Verdict | Promise<Verdict> {
  if (topics.size === 0) return NOT_CONFIGURED;
  const json = readJson(raw);
  const signature = Signature.safeParse(json);
  if (!signature.success) return { status: "refused", reason: "no-signature" };
  const envelope = Envelope.safeParse(json);
  if (!envelope.success) return WRONG;

  const topic = topics.get(envelope.data.TopicArn);
  if (topic === undefined || !isCertificateUrl(signature.data.SigningCertURL, topic)) return WRONG;
  return compare(signature.data, signedText(envelope.data), keys);
}

async function compare(given: Signature, text: string, keys: SigningKeys): Promise<Verdict> {
  // Half a surrogate pair would be signed as if it were U+FFFD.
  if (!text.isWellFormed()) return WRONG;
  const key = await keys.at(given.SigningCertURL);
  if (key === null) return WRONG;
  const isRight = verifySignature(
    DIGEST[given.SignatureVersion],
    Buffer.from(text),
    key,
    Buffer.from(given.Signature, "base64"),
  );
  return isRight ? { status: "authentic" } : WRONG;
}
