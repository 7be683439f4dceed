import { createHash, createHmac } from "node:crypto";
import type { Random } from "./random.ts";
import type { RawRequest } from "./raw-http.ts";
import type { Headers, Sender } from "./senders.ts";

/** A forged request and how it was made. No mutant is authentic: what happens to equal an authentic request is not made. */
export interface Mutant {
  readonly kind: string;
  readonly request: RawRequest;
}

/** What a forger has: one authentic request, the sender's own key excepted. */
export interface Seen {
  readonly headers: Headers;
  readonly body: Buffer;
}

/** The header that proves a request; SNS has it in the body. */
const PROOF = {
  pagerduty: "x-pagerduty-signature",
  generic: "x-traceops-signature",
  slack: "x-slack-signature",
  alertmanager: "authorization",
} as const;
type HeaderSender = keyof typeof PROOF;

const isHeaderSender = (name: string): name is HeaderSender => Object.hasOwn(PROOF, name);

interface Scene {
  readonly random: Random;
  readonly sender: Sender;
  readonly seen: Seen;
  readonly proof: string;
  readonly value: string;
  readonly nowMs: number;
}
type Change = (scene: Scene) => Seen | null;

const withProof = ({ seen, proof }: Scene, ...values: readonly string[]): Seen => ({
  ...seen,
  headers: [...seen.headers.filter(([name]) => name !== proof), ...values.map((value) => [proof, value] as const)],
});
const secretOf = ({ value }: Scene) => value.slice(value.search(/[^=\s]+$/u));
const prefixOf = (scene: Scene) => scene.value.slice(0, scene.value.length - secretOf(scene).length);
const withSecret = (scene: Scene, secret: string) => withProof(scene, prefixOf(scene) + secret);

function flippedBit({ random }: Scene, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = random.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  return copy;
}

/** Changes of the body; useless against a bearer token, which says nothing of it. */
const BODY_CHANGES: Readonly<Record<string, Change>> = {
  "bit of the body": (scene) => ({ ...scene.seen, body: flippedBit(scene, scene.seen.body) }),
  "truncated body": ({ random, seen }) => ({ ...seen, body: seen.body.subarray(0, random.below(seen.body.length)) }),
  "longer body": ({ random, seen }) => ({
    ...seen,
    body: Buffer.concat([seen.body, random.bytes(1 + random.below(20))]),
  }),
  "byte inserted": ({ random, seen: { body, headers } }) => {
    const at = random.below(body.length);
    return { headers, body: Buffer.concat([body.subarray(0, at), random.bytes(1), body.subarray(at)]) };
  },
  "other body under this signature": ({ seen, sender, random }) => ({ ...seen, body: random.oneOf(sender.bodies) }),
  "JSON in another order": ({ seen, random }) => {
    const value = parsed(seen.body);
    return value === null
      ? null
      : { ...seen, body: Buffer.from(JSON.stringify(reordered(value), null, random.below(3))) };
  },
  "JSON with other spaces": ({ seen, random }) => {
    const value = parsed(seen.body);
    return value === null ? null : { ...seen, body: Buffer.from(JSON.stringify(value, null, random.below(4))) };
  },
  "text that decodes to the same": ({ seen: { headers, body } }) => {
    const at = body.indexOf("\ufffd");
    return at < 0
      ? null
      : { headers, body: Buffer.concat([body.subarray(0, at), Buffer.from([0xff]), body.subarray(at + 3)]) };
  },
  "proof of another algorithm": (scene) =>
    withSecret(scene, createHmac("sha512", "x").update(scene.seen.body).digest("hex").slice(0, 64)),
  "plain hash": (scene) => withSecret(scene, createHash("sha256").update(scene.seen.body).digest("hex")),
  "empty key": (scene) => withSecret(scene, createHmac("sha256", "").update(scene.seen.body).digest("hex")),
};

const HEX = "0123456789abcdef";
/** Changes of the proof itself. */
const PROOF_CHANGES: Readonly<Record<string, Change>> = {
  "no proof": (scene) => withProof(scene),
  "empty proof": (scene) => withProof(scene, ""),
  "other character": (scene) => {
    const secret = secretOf(scene);
    const at = scene.random.below(secret.length);
    return withSecret(scene, secret.slice(0, at) + HEX[scene.random.below(16)] + secret.slice(at + 1));
  },
  "truncated proof": (scene) => withSecret(scene, secretOf(scene).slice(0, scene.random.below(secretOf(scene).length))),
  "longer proof": (scene) => withSecret(scene, secretOf(scene) + HEX[scene.random.below(16)]),
  "upper case": (scene) => withSecret(scene, secretOf(scene).toUpperCase()),
  "mixed case": (scene) =>
    withSecret(
      scene,
      secretOf(scene).replace(/[a-f]/u, (letter) => letter.toUpperCase()),
    ),
  "swapped halves": (scene) => withSecret(scene, secretOf(scene).slice(32) + secretOf(scene).slice(0, 32)),
  zeros: (scene) => withSecret(scene, "0".repeat(secretOf(scene).length)),
  "other version": (scene) =>
    withProof(
      scene,
      `${scene.random.oneOf(["v2=", "v9=", "sha256=", "V1=", "V0=", "=", "", "Basic ", "Token "])}${secretOf(scene)}`,
    ),
  "full-width digits": (scene) =>
    withSecret(scene, wire(secretOf(scene).replace(/[0-9]/u, (digit) => String.fromCodePoint(0xff10 + Number(digit))))),
  "invisible character": (scene) => withSecret(scene, wire(`${secretOf(scene)}\u200b`)),
  "space inside": (scene) => withSecret(scene, `${secretOf(scene).slice(0, 5)} ${secretOf(scene).slice(5)}`),
  quoted: (scene) => withSecret(scene, `"${secretOf(scene)}"`),
  "in another sender's header": (scene) => {
    const other = scene.random.oneOf([
      "x-hub-signature-256",
      "x-signature",
      "signature",
      "x-authorization",
      "proxy-authorization",
    ]);
    return { ...withProof(scene), headers: [...withProof(scene).headers, [other, scene.value]] };
  },
  "wrong twice": (scene) => withProof(scene, withSecretText(scene, "1"), withSecretText(scene, "2")),
  "a list of wrong ones": (scene) =>
    withProof(scene, Array.from({ length: 40 }, (_, at) => withSecretText(scene, String(at))).join(",")),
};

const withSecretText = (scene: Scene, salt: string) =>
  prefixOf(scene) + createHash("sha256").update(`${salt}${scene.value}`).digest("hex");

/** Only where one value is allowed: PagerDuty's and ours are lists, in which one right signature is enough. */
const SINGLE_CHANGES: Readonly<Record<string, Change>> = {
  "right and right": (scene) => withProof(scene, scene.value, scene.value),
  "wrong and right": (scene) => withProof(scene, withSecretText(scene, "1"), scene.value),
  "right and wrong": (scene) => withProof(scene, scene.value, withSecretText(scene, "1")),
};

const STAMP = "x-slack-request-timestamp";
const stamped = (seen: Seen, ...stamps: readonly string[]): Seen => ({
  ...seen,
  headers: [...seen.headers.filter(([name]) => name !== STAMP), ...stamps.map((stamp) => [STAMP, stamp] as const)],
});
const stampOf = ({ seen }: Scene) => seen.headers.find(([name]) => name === STAMP)?.[1] ?? "";
const SLACK_CHANGES: Readonly<Record<string, Change>> = {
  "other second": (scene) => stamped(scene.seen, String(Number(stampOf(scene)) + 1 + scene.random.below(200))),
  "same second, other spelling": (scene) =>
    stamped(
      scene.seen,
      scene.random.oneOf([
        `${stampOf(scene)}.0`,
        `+${stampOf(scene)}`,
        `0${stampOf(scene)}`,
        `0x${Number(stampOf(scene)).toString(16)}`,
        `${stampOf(scene)}e0`,
      ]),
    ),
  "time twice": (scene) => stamped(scene.seen, stampOf(scene), stampOf(scene)),
  "no time": (scene) => stamped(scene.seen),
  "odd time": (scene) =>
    stamped(scene.seen, scene.random.oneOf(["NaN", "Infinity", "-1", "", "0", "9".repeat(400), "null", "1e9"])),
  "old, signed then": ({ sender, random, seen, nowMs }) => sender.sign(seen.body, nowMs - 301_000 - random.below(1e12)),
  "from the future, signed for then": ({ sender, random, seen, nowMs }) =>
    sender.sign(seen.body, nowMs + 302_000 + random.below(1e11)),
};

/** What each kind of sender's mutants are made of. */
function changesFor(name: HeaderSender): Readonly<Record<string, Change>> {
  if (name === "alertmanager") return { ...PROOF_CHANGES, ...SINGLE_CHANGES };
  if (name === "slack") return { ...BODY_CHANGES, ...PROOF_CHANGES, ...SINGLE_CHANGES, ...SLACK_CHANGES };
  return { ...BODY_CHANGES, ...PROOF_CHANGES };
}

/** A forged request of the sender; `strangers` are the same senders with other keys. */
export function mutant(
  random: Random,
  {
    sender,
    strangers,
    seen,
    nowMs,
  }: { sender: Sender; strangers: readonly [Sender, ...Sender[]]; seen: Seen; nowMs: number },
): Mutant {
  if (random.chance(0.1)) {
    const stranger = random.oneOf(strangers);
    return { kind: "other key", request: { path: sender.path, ...stranger.sign(seen.body, nowMs) } };
  }
  const { name } = sender;
  if (!isHeaderSender(name)) return { kind: "none", request: { path: sender.path, headers: [], body: seen.body } };
  const proof = PROOF[name];
  const value = seen.headers.find(([header]) => header === proof)?.[1] ?? "";
  const changes = changesFor(name);
  for (let tries = 0; tries < 20; tries++) {
    const kind = random.oneOf(["bit of the body", ...Object.keys(changes)]);
    const made = changes[kind]?.({ random, sender, seen, proof, value, nowMs }) ?? null;
    if (made !== null && !isSame(made, seen)) return { kind, request: { path: sender.path, ...made } };
  }
  return { kind: "no proof", request: { path: sender.path, headers: [], body: seen.body } };
}

/** True when the change changed nothing. */
function isSame(made: Seen, seen: Seen): boolean {
  const text = ({ headers }: Seen) => JSON.stringify([...headers].toSorted(([a], [b]) => a.localeCompare(b)));
  return made.body.equals(seen.body) && text(made) === text(seen);
}

/** Text as the bytes of UTF-8 that a careless client would write into a header. */
const wire = (text: string) => Buffer.from(text).toString("latin1");

export function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, reordered(item)]),
  );
}
