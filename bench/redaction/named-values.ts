import type { Redactor } from "../../src/app/redactor.ts";
import type { Json } from "../../src/core/event.ts";
import { epochNs, eventId } from "../../src/core/ids.ts";
import { readLogLine } from "../../src/platform/records/log-line.ts";
import { BASE62, type Chance, createChance, HEX, LOWER, uuid } from "./chance.ts";
import { leakedCharacters } from "./leaks.ts";

type Fields = Readonly<Record<string, Json<string>>>;

/** A record that holds a secret only its name tells: a word, or a number of eight digits. */
interface NamedForm {
  readonly name: string;
  readonly make: (word: string, number: number) => Fields;
}

const NAMED_FORMS: readonly NamedForm[] = [
  { name: "numbers", make: (_, number) => ({ password: number, DB_PASSWD: number, api_key: number, user: 17 }) },
  { name: "numbers below", make: (word, number) => ({ card: { ssn: number }, login: { pwd: number, secret: word } }) },
  { name: "below a name", make: (word, number) => ({ user: { password: { value: word, old: number } } }) },
  { name: "far below a name", make: (word, number) => ({ credentials: { main: { plain: word, pin: number } } }) },
  { name: "dotted names", make: (word, number) => ({ "db.password.value": word, "db.token.raw": number }) },
  { name: "lists", make: (word, number) => ({ passwords: [word, number], secret: { all: [word, [number]] } }) },
  {
    name: "objects in lists",
    make: (word, number) => ({ users: [{ id: 7, password: { value: word, pin: number } }] }),
  },
  { name: "flags", make: (word, number) => ({ args: ["sync", "--password", word, "--secret", `${number}${number}`] }) },
  {
    name: "environment",
    make: (word, number) => ({
      env: [
        { name: "DB_PASSWORD", value: word },
        { name: "SHOP_TOKEN", value: number * 10_000 },
      ],
    }),
  },
];

/** Records without a secret that speak of some: counts, kinds, ages, and where a secret is. */
const HARMLESS_FORMS: readonly ((chance: Chance) => Fields)[] = [
  (c) => ({ usage: { input_tokens: c.int(1, 9e5), output_tokens: c.int(1, 9e5), total_tokens: c.int(1, 9e8) } }),
  (c) => ({
    max_tokens: 4096,
    token_count: c.int(1, 9e8),
    tokens: { prompt: c.int(1, 9e4), completion: c.int(1, 9e4) },
  }),
  (c) => ({ password_changed: true, password: { changed: c.int(0, 1) === 1, length: c.int(8, 40), policy: "strong" } }),
  (c) => ({ token: { type: "refresh", expires_in: 3600, issuer: "https://login.shop.example" }, user: c.int(1, 9999) }),
  (c) => ({
    auth: { token: { refresh: { failures: c.int(0, 9), latency_ms: c.int(1, 900) } } },
    trace: c.chars(HEX, 32),
  }),
  (c) => ({ "gen_ai.token.type": "input", "k8s.secret.name": `db-${c.chars(LOWER, 5)}`, "k8s.secret.uid": uuid(c) }),
  (c) => ({
    "shop.secret.version": c.int(1, 9),
    "shop.password.rotation.days": c.int(1, 90),
    secret_count: c.int(1, 99),
  }),
];

/** Parts of objects of a cluster: where secrets are and what they are for, which shows why a container does not start. */
const HARMLESS_OBJECTS: readonly ((chance: Chance) => Fields)[] = [
  (c) => ({
    env: [
      { name: "MAX_TOKENS", value: c.int(1, 9e6) },
      { name: "DB_TOKEN", valueFrom: { secretKeyRef: { name: "db", key: "token", optional: true } } },
    ],
    envFrom: [{ secretRef: { name: `basket-${c.chars(LOWER, 4)}` } }],
    args: ["--max-tokens", "4096", "--token-file", "/var/run/basket/token", "--tokens", String(c.int(1, 9e4))],
  }),
  (c) => ({
    imagePullSecrets: [{ name: `registry-${c.chars(LOWER, 4)}` }],
    automountServiceAccountToken: true,
    volumes: [
      { name: "tls", secret: { secretName: "basket-tls", defaultMode: 420, items: [{ key: "tls.crt", path: "crt" }] } },
      {
        name: "api",
        projected: { sources: [{ serviceAccountToken: { path: "token", expirationSeconds: c.int(600, 7200) } }] },
      },
    ],
  }),
  (c) => ({ tls: [{ secretName: "basket-tls" }], privateKey: { algorithm: "ECDSA", size: c.pick([256, 384]) } }),
  (c) => ({
    basicAuth: { password: { name: "scraper", key: "password" } },
    secrets: [{ name: `s-${c.chars(LOWER, 5)}` }],
  }),
];

/** Where such a record stands: a line with its message, a line that is shown whole, and an object of the cluster. */
const PLACES = ["log", "log without a message", "Kubernetes object"] as const;
type RecordPlace = (typeof PLACES)[number];

const BASE = {
  id: eventId("bench", "1"),
  atNs: epochNs(1_795_225_600_000_000_000n),
  observedNs: null,
  service: null,
  host: null,
  source: "bundle",
  ref: "app.log#L1",
  traceId: null,
  spanId: null,
  requestId: null,
};

/** What may be told of the record, made safe or as it came. */
function told(fields: Fields, place: RecordPlace, redactor: Redactor | null): string {
  if (place === "Kubernetes object") {
    const manifest = { kind: "Pod", spec: fields };
    const safe = redactor?.event({ ...BASE, kind: "kubernetes-object", object: "Pod/basket", manifest });
    return JSON.stringify(safe?.kind === "kubernetes-object" ? safe.manifest : manifest);
  }
  const line = readLogLine(JSON.stringify(place === "log" ? { msg: "login failed", ...fields } : fields));
  const { body, attributes } = line;
  const safe = redactor?.event({ ...BASE, kind: "log", severity: "error", body, attributes, exception: null });
  return JSON.stringify(safe?.kind === "log" ? [safe.body, safe.attributes] : [body, attributes]);
}

export interface NamedValuesResult {
  readonly records: number;
  readonly leaks: readonly string[];
  readonly harmless: number;
  readonly changed: readonly string[];
}

/** Records with secrets that only a name tells, which of them leak, and which harmless ones change. */
export function measureNamedValues(
  redactor: Redactor,
  { values, seed }: { readonly values: number; readonly seed: number },
): NamedValuesResult {
  const chance = createChance(seed);
  const rounds = Array.from({ length: values }, () => PLACES).flat();
  const secret = rounds.flatMap((place) => leaksOf(place, chance, redactor));
  const harmless = rounds.flatMap((place) => changesOf(place, chance, redactor));
  return {
    records: secret.length,
    leaks: secret.filter((leak) => leak !== null),
    harmless: harmless.length,
    changed: harmless.filter((change) => change !== null),
  };
}

/** For each form what came out, or null when nothing of the secret did. */
function leaksOf(place: RecordPlace, chance: Chance, redactor: Redactor): readonly (string | null)[] {
  const word = `fish${chance.chars(BASE62, 10)}`;
  // A short number in a sentence, "token: 17", says nothing; in a field of its own it does.
  const number = place === "log without a message" ? chance.int(1e11, 9e11) : chance.int(1e7, 9e7);
  return NAMED_FORMS.map(({ name, make }) => {
    const out = told(make(word, number), place, redactor);
    const leaked = leakedCharacters(word, out) + leakedCharacters(String(number), out);
    return leaked > 0 ? `${name}, ${place}: ${out}` : null;
  });
}

/** For each form what came out, or null when it is what went in. */
function changesOf(place: RecordPlace, chance: Chance, redactor: Redactor): readonly (string | null)[] {
  return (place === "Kubernetes object" ? HARMLESS_OBJECTS : HARMLESS_FORMS).map((form) => {
    const fields = form(chance);
    const out = told(fields, place, redactor);
    return out === told(fields, place, null) ? null : `${place}: ${out}`;
  });
}
