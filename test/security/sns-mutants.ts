import type { SnsSender } from "../support/sns-sender.ts";
import { type Mutant, parsed } from "./mutants.ts";
import type { Random } from "./random.ts";

const FIELDS = [
  "Message",
  "MessageId",
  "Subject",
  "Timestamp",
  "TopicArn",
  "Type",
  "Signature",
  "SignatureVersion",
  "SigningCertURL",
] as const;
type Fields = Readonly<Record<string, string>>;

const text = (fields: Fields, name: string) => fields[name] ?? "";
const unsigned = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith("Sign")));
const SNS_CHANGES: Readonly<Record<string, (random: Random, fields: Fields, stranger: SnsSender) => Fields | string>> =
  {
    "character of a field": (random, fields) => {
      const name = random.oneOf(FIELDS);
      const value = text(fields, name);
      const at = random.below(value.length);
      return {
        ...fields,
        [name]: value.slice(0, at) + String.fromCodePoint(32 + random.below(90)) + value.slice(at + 1),
      };
    },
    "bit of the body": (random, fields) => {
      const body = Buffer.from(JSON.stringify(fields));
      const at = random.below(body.length);
      body[at] = (body[at] ?? 0) ^ (1 << random.below(8));
      return body.toString("latin1");
    },
    "truncated body": (random, fields) => JSON.stringify(fields).slice(0, random.below(400)),
    "field left out": (random, fields) => {
      const gone = random.oneOf(FIELDS);
      return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== gone));
    },
    "fields swapped": (random, fields) => {
      const [one, other] = [random.oneOf(FIELDS), random.oneOf(FIELDS)];
      return { ...fields, [one]: text(fields, other), [other]: text(fields, one) };
    },
    "other key": (_random, fields, stranger) => {
      return { ...stranger.signed(unsigned(fields)), SigningCertURL: text(fields, "SigningCertURL") };
    },
    "other key with its certificate": (_random, fields, stranger) => {
      return stranger.signed(unsigned(fields));
    },
    "other version": (_random, fields) => ({
      ...fields,
      SignatureVersion: fields["SignatureVersion"] === "1" ? "2" : "1",
    }),
    "signature spelled otherwise": (random, fields) => {
      const signature = text(fields, "Signature");
      return {
        ...fields,
        Signature: random.oneOf([
          signature.replace(/=+$/u, ""),
          `${signature}=`,
          ` ${signature}`,
          `${signature}\n`,
          signature.replaceAll("+", "-").replaceAll("/", "_") + "A",
        ]),
      };
    },
    "signature of nothing": (random, fields) => ({
      ...fields,
      Signature: Buffer.alloc(256, random.below(256)).toString("base64"),
    }),
    "line break between fields": (_random, fields) => {
      const { Subject, ...rest } = fields;
      return { ...rest, MessageId: `${text(fields, "MessageId")}\nSubject\n${Subject}` };
    },
    "line break into the message": (random, fields) => ({
      ...fields,
      Message: `${text(fields, "Message")}\nMessageId\n${text(fields, "MessageId")}`,
      MessageId: `5f0c1c7a-0000-4000-8000-${String(random.below(1e9)).padStart(12, "0")}`,
    }),
    "same id in upper case": (_random, fields) => ({ ...fields, MessageId: text(fields, "MessageId").toUpperCase() }),
    "second message under one name": (random, fields) => {
      const body = JSON.stringify(fields);
      return `${body.slice(0, -1)},"Message":${JSON.stringify(`forged ${random.below(1e6)}`)}}`;
    },
    "types of a field": (random, fields) =>
      JSON.stringify({ ...fields, [random.oneOf(FIELDS)]: random.oneOf([null, 1, [], {}, ["x"], true]) }),
    "other topic": (random, fields) => ({
      ...fields,
      TopicArn: `arn:aws:sns:eu-west-1:${String(random.below(1e9)).padStart(12, "9")}:shop-alarms`,
    }),
  };

/** A forged message of SNS. */
export function snsMutant(random: Random, fields: Fields, stranger: SnsSender): Mutant {
  const kinds = Object.keys(SNS_CHANGES);
  for (let tries = 0; tries < 20; tries++) {
    const kind = random.oneOf(["bit of the body", ...kinds]);
    const made = SNS_CHANGES[kind]?.(random, fields, stranger) ?? "";
    const body = Buffer.from(
      typeof made === "string" ? made : JSON.stringify(made),
      typeof made === "string" && kind === "bit of the body" ? "latin1" : "utf8",
    );
    if (!saysTheSame(body, fields)) return { kind, request: { path: "/hooks/cloudwatch", headers: [], body } };
  }
  return { kind: "nothing", request: { path: "/hooks/cloudwatch", headers: [], body: Buffer.from("{}") } };
}

/** SNS signs fields, not bytes: whatever holds the same fields is the same message. */
function saysTheSame(body: Buffer, fields: Fields): boolean {
  const value = parsed(body);
  if (typeof value !== "object" || value === null) return false;
  const given: Readonly<Record<string, unknown>> = { ...value };
  return FIELDS.every((name) => given[name] === fields[name]);
}
