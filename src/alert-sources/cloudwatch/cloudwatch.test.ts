import { expect, test } from "vitest";
import { InMemoryMarks, ManualClock } from "../../../test/support/fakes.ts";
import { senderTools } from "../../../test/support/sender-tools.ts";
import { alarmMessage, createSnsSender, type SnsSender } from "../../../test/support/sns-sender.ts";
import { UnavailableError } from "../../app/errors.ts";
import { DEFAULT_TENANT, epochMs } from "../../core/ids.ts";
import type { SafeFetchAnswer, SafeFetchRequest } from "../../platform/safe-fetch.ts";
import { dedupKey } from "./dedup-key.ts";
import { Envelope } from "./envelope.ts";
import { toAlerts } from "./to-alerts.ts";
import { snsChecks } from "./verify.ts";

const sender = createSnsSender();
const AUTHENTIC = { status: "authentic" };
const WRONG = { status: "refused", reason: "wrong-signature" };

const delivery = (body: unknown) => ({
  raw: new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body)),
  headers: { "content-type": "text/plain; charset=UTF-8" },
  receivedAtMs: epochMs(0),
});

/** A receiver to which the network answers with this certificate, or as told. */
function receiver(from: SnsSender = sender, answer: Partial<SafeFetchAnswer> = {}, marks = new InMemoryMarks()) {
  const asked: SafeFetchRequest[] = [];
  const clock = new ManualClock();
  const fetch = (request: SafeFetchRequest) => {
    asked.push(request);
    return Promise.resolve({ status: 200, headers: {}, body: Buffer.from(from.certificate), ...answer });
  };
  const checks = snsChecks([sender.topic], senderTools({ fetch, clock, marks }));
  return { ...checks, asked, clock };
}

test.each(["1", "2"] as const)(
  "a message signed by version %s is authentic, and its certificate is asked for once",
  async (version) => {
    const from = createSnsSender({ version });
    const { verify, asked } = receiver(from);

    expect(await verify(delivery(from.notification(alarmMessage("a"))))).toEqual(AUTHENTIC);
    expect(await verify(delivery(from.notification(alarmMessage("b"), { Subject: "ä\u{1f525}" })))).toEqual(AUTHENTIC);
    expect(await verify(delivery(from.confirmation()))).toEqual(AUTHENTIC);
    expect(asked.map(({ url }) => url)).toEqual([from.certificateUrl]);
  },
);

test("a changed field, another key and another version are refused", async () => {
  const { verify } = receiver();
  const right = sender.notification(alarmMessage("a"));
  const stranger = createSnsSender();
  const changes = ["Message", "MessageId", "Subject", "Timestamp"].map((name) => ({
    ...right,
    [name]: `${right[name]}x`,
  }));

  for (const wrong of [...changes, { ...right, SignatureVersion: "2" }, stranger.notification(alarmMessage("a"))]) {
    expect(await verify(delivery(wrong))).toEqual(WRONG);
  }
  expect(await verify(delivery({ ...right, Signature: undefined }))).toMatchObject({ reason: "no-signature" });
});

test("line breaks cannot move text of one signed field into another", async () => {
  const { verify } = receiver();
  const right = sender.notification(alarmMessage("a"), { Subject: "S" });
  const { Subject, ...rest } = right;

  // The same signed text with the subject told as a part of the id: a new id for a message that was taken already.
  expect(await verify(delivery({ ...rest, MessageId: `${right["MessageId"]}\nSubject\n${Subject}` }))).toEqual(WRONG);
});

test("bytes that only decode to the signed text are refused", async () => {
  const { verify } = receiver();
  const text = JSON.stringify(sender.notification("\ufffd"));
  const raw = Buffer.concat(
    text.split("\ufffd").flatMap((part, at) => [...(at > 0 ? [Buffer.from([0xff])] : []), Buffer.from(part)]),
  );

  expect(await verify(delivery(text))).toEqual(AUTHENTIC);
  expect((await verify({ ...delivery(""), raw })).status).toBe("refused");
  expect(await verify(delivery(text.replace("\ufffd", "\\ud800")))).toEqual(WRONG);
});

const HEX = "0".repeat(32);
const FILE = `SimpleNotificationService-${HEX}.pem`;
const HOST = "sns.eu-west-1.amazonaws.com";

test.each([
  `http://${HOST}/${FILE}`,
  `ftp://${HOST}/${FILE}`,
  `//${HOST}/${FILE}`,
  `https:/${HOST}/${FILE}`,
  `HTTPS://${HOST}/${FILE}`,
  ` https://${HOST}/${FILE}`,
  `https://${HOST}/${FILE} `,
  `https://${HOST}/${FILE}\n`,
  `https://${HOST}:443/${FILE}`,
  `https://${HOST}:8443/${FILE}`,
  `https://${HOST}./${FILE}`,
  `https://${HOST.toUpperCase()}/${FILE}`,
  `https://user@${HOST}/${FILE}`,
  `https://${HOST}@evil.example/${FILE}`,
  `https://evil.example/${HOST}/${FILE}`,
  `https://evil.example\\@${HOST}/${FILE}`,
  `https://${HOST}.evil.example/${FILE}`,
  `https://evil-${HOST}/${FILE}`,
  `https://sns.eu-west-1.amazonaws.com.cn/${FILE}`,
  `https://sns.us-east-1.amazonaws.com/${FILE}`,
  `https://sns.eu-west-1.amazonaws.co/${FILE}`,
  `https://s3.eu-west-1.amazonaws.com/${FILE}`,
  `https://bucket.s3.amazonaws.com/${FILE}`,
  `https://${HOST}/${FILE}?x=1`,
  `https://${HOST}/${FILE}#x`,
  `https://${HOST}/../${FILE}`,
  `https://${HOST}//${FILE}`,
  `https://${HOST}/%53impleNotificationService-${HEX}.pem`,
  `https://${HOST}/x/${FILE}`,
  `https://${HOST}/SimpleNotificationService-${HEX.slice(1)}.pem`,
  `https://${HOST}/SimpleNotificationService-${HEX}0.pem`,
  `https://${HOST}/SimpleNotificationService-${"G".repeat(32)}.pem`,
  `https://${HOST}/SimpleNotificationService-${"A".repeat(32)}.pem`,
  `https://${HOST}/evil.pem`,
  `https://${HOST}/?Action=GetTopic&x=${FILE}`,
  "https://169.254.169.254/latest/meta-data",
  "https://[::ffff:169.254.169.254]/SimpleNotificationService.pem",
  "https://snѕ.eu-west-1.amazonaws.com/SimpleNotificationService.pem",
  "file:///etc/passwd",
  "",
])("a certificate is never asked for at %j", async (url) => {
  const { verify, asked } = receiver();

  expect(await verify(delivery({ ...sender.notification("m"), SigningCertURL: url }))).toEqual(WRONG);
  expect(asked).toEqual([]);
});

test("no certificate is asked for on behalf of a topic that is not listed, even in its own region", async () => {
  const { verify, asked } = receiver();
  const other = sender.notification("m", { TopicArn: "arn:aws:sns:eu-west-1:999999999999:shop-alarms" });

  expect(await verify(delivery(other))).toEqual(WRONG);
  expect(asked).toEqual([]);
});

test("a certificate that cannot be had now is no refusal: SNS would never send the message again", async () => {
  const body = delivery(sender.notification("m"));

  await expect(receiver(sender, { status: 503 }).verify(body)).rejects.toThrow(UnavailableError);
  expect(await receiver(sender, { status: 404 }).verify(body)).toEqual(WRONG);
  expect(await receiver(sender, { body: Buffer.from("no certificate") }).verify(body)).toEqual(WRONG);
});

/** What anybody can send who knows the topic: an address of the right form where nothing is. */
const named = (at: number) =>
  delivery({
    ...sender.notification("m"),
    SigningCertURL: `https://${HOST}/SimpleNotificationService-${String(at).padStart(32, "f")}.pem`,
  });

test("after a restart strangers who use up the questions keep out no alarm that is signed with a known certificate", async () => {
  const marks = new InMemoryMarks();
  expect(await receiver(sender, {}, marks).verify(delivery(sender.notification("m")))).toEqual(AUTHENTIC);
  const { verify, asked } = receiver(sender, { status: 404 }, marks);
  for (let at = 0; at < 10; at++) expect(await verify(named(at))).toEqual(WRONG);
  await expect(verify(named(10))).rejects.toThrow("too many certificates");

  expect(await verify(delivery(sender.notification("n")))).toEqual(AUTHENTIC);
  expect(asked.map(({ url }) => url)).not.toContain(sender.certificateUrl);
});

test("a kept certificate counts until it is over, and what was kept broken is asked for again", async () => {
  const marks = new InMemoryMarks();
  await receiver(sender, {}, marks).verify(delivery(sender.notification("m")));
  const later = receiver(sender, { status: 503 }, marks);
  later.clock.advance(Date.UTC(2049, 0, 2) - later.clock.nowMs());
  await expect(later.verify(delivery(sender.notification("m")))).rejects.toThrow(UnavailableError);

  for (const broken of ["{broken", "[]", JSON.stringify({ [sender.certificateUrl]: "no certificate" })]) {
    for (const name of marks.names()) await marks.set(DEFAULT_TENANT, name.replace(/^.*?\//u, ""), broken);
    const { verify, asked } = receiver(sender, {}, marks);
    expect(await verify(delivery(sender.notification("m")))).toEqual(AUTHENTIC);
    expect(asked).toHaveLength(1);
  }
});

test("strangers who know a topic cannot make us ask for more than ten certificates a minute", async () => {
  const { verify, asked, clock } = receiver(sender, { status: 404 });
  for (let at = 0; at < 10; at++) expect(await verify(named(at))).toEqual(WRONG);
  await expect(verify(named(10))).rejects.toThrow("too many certificates");
  clock.advance(60_000);

  expect(await verify(named(11))).toEqual(WRONG);
  expect(asked).toHaveLength(11);
});

test("a subscription is confirmed by SNS's own action with the token; the address in the message is never visited", async () => {
  const { confirm, asked } = receiver();
  const trap = sender.confirmation({ SubscribeURL: "https://evil.example/confirm" });

  await confirm?.(trap, AbortSignal.timeout(1000));
  await confirm?.(sender.notification("m"), AbortSignal.timeout(1000));
  await confirm?.({ ...trap, TopicArn: "arn:aws:sns:eu-west-1:999999999999:other" }, AbortSignal.timeout(1000));

  expect(asked.map(({ url, method, body }) => ({ url, method, body: new URLSearchParams(body).get("Token") }))).toEqual(
    [{ url: `https://${HOST}/`, method: "POST", body: trap["Token"] }],
  );
});

test("a confirmation that SNS could not take is tried again, one that it refuses is not", async () => {
  const signal = AbortSignal.timeout(1000);

  await expect(receiver(sender, { status: 500 }).confirm?.(sender.confirmation(), signal)).rejects.toThrow(
    UnavailableError,
  );
  await expect(receiver(sender, { status: 400 }).confirm?.(sender.confirmation(), signal)).resolves.toBeUndefined();
});

test("what is hidden in the JSON inside of the message is made harmless like the JSON around it", () => {
  const Message = alarmMessage("a\ud800b\u0000c");
  const [alert] = toAlerts(Envelope.parse(sender.notification(Message)));

  expect(alert?.title).toBe("a\ufffdb\ufffdc");
});

test("the key of a delivery is its message's id", () => {
  const body = sender.notification("m");

  expect(dedupKey(delivery(body))).toBe(`message:${body["MessageId"]}`);
  expect(dedupKey(delivery("garbage"))).toBeNull();
});
