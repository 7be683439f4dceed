import { BASE62, BASE64, type Chance, HEX, LOWER_DIGITS, URL64 } from "./chance.ts";
import { type SecretKind, within } from "./kind.ts";

const password = (chance: Chance) => `${chance.chars(BASE62, chance.int(9, 20))}${chance.int(0, 9)}`;
const base64 = (text: string) => Buffer.from(text).toString("base64");
const PRIVATE = ["PRIVATE", "KEY"].join(" ");

/** Headers, URLs, connection strings, command lines, configuration and key material. */
export const WEB_KINDS: readonly SecretKind[] = [
  within(
    "bearer-header",
    (chance) => chance.chars(URL64, 40),
    (secret) => `Authorization: Bearer ${secret}`,
  ),
  within(
    "basic-header",
    (chance) => base64(`bob:${password(chance)}`),
    (secret) => `Authorization: Basic ${secret}`,
  ),
  within(
    "digest-header",
    (chance) => chance.chars(HEX, 32),
    (secret) => `Authorization: Digest username="bob", realm="x", nonce="7c", uri="/", response="${secret}"`,
  ),
  within(
    "api-key-header",
    (chance) => chance.chars(BASE62, 32),
    (secret) => `X-Api-Key: ${secret}`,
  ),
  within("cookie", password, (secret) => `Cookie: theme=dark; session=${secret}`),
  within(
    "set-cookie",
    (chance) => chance.chars(URL64, 43),
    (secret) => `Set-Cookie: sid=${secret}; Path=/; HttpOnly`,
  ),
  within(
    "jwt",
    (chance) => chance.chars(URL64, 43),
    (secret, chance) =>
      `${base64('{"alg":"HS256","typ":"JWT"}')}.${base64(`{"sub":"${chance.chars(LOWER_DIGITS, 9)}"}`).replaceAll("=", "")}.${secret}`,
  ),
  within("postgres-url", password, (secret) => `postgres://app:${secret}@db.internal:5432/parts`),
  within("mongodb-url", password, (secret) => `mongodb+srv://app:${secret}@c0.internal/parts?w=majority`),
  within("redis-url", password, (secret) => `redis://:${secret}@cache.internal:6379/0`),
  within("amqp-url", password, (secret) => `amqps://app:${secret}@mq.internal/vhost`),
  within("jdbc-url", password, (secret) => `jdbc:mysql://db.internal/parts?user=app&password=${secret}`),
  within("ado-string", password, (secret) => `Server=db;Database=parts;User Id=sa;Password=${secret};Encrypt=true`),
  within("libpq-string", password, (secret) => `host=db user=app password=${secret} dbname=parts`),
  within(
    "query-token",
    (chance) => chance.chars(URL64, 32),
    (secret) => `https://api.example/v1/me?access_token=${secret}&page=2`,
  ),
  within("json-password", password, (secret) => `{"user":"bob","password":"${secret}"}`),
  within("quoted-password", password, (secret) => `password="${secret}"`),
  within("xml-password", password, (secret) => `<password>${secret}</password>`),
  within("yaml-password", password, (secret) => `db_password: ${secret}`),
  within("flag-password", password, (secret) => `mysqldump --password ${secret} --host db`),
  within("curl-user", password, (secret) => `curl -u bob:${secret} https://api.example/v1`),
  within("sql-password", password, (secret) => `CREATE USER app IDENTIFIED BY '${secret}'`),
  within("netrc", password, (secret) => `machine api.example login bob password ${secret}`),
  within(
    "smtp-login",
    (chance) => base64(`\u0000bob\u0000${password(chance)}`),
    (secret) => `AUTH PLAIN ${secret}`,
  ),
  within(
    "otp-uri",
    (chance) => chance.chars("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32),
    (secret) => `otpauth://totp/acme:bob?secret=${secret}&issuer=acme`,
  ),
  within(
    "bcrypt-hash",
    (chance) => chance.chars(`${BASE62}./`, 53),
    (secret) => `$2y$10$${secret}`,
  ),
  within(
    "crypt-hash",
    (chance) => chance.chars(`${BASE62}./`, 86),
    (secret, chance) => `$6$${chance.chars(BASE62, 16)}$${secret}`,
  ),
  within(
    "wireguard-key",
    (chance) => chance.chars(BASE64, 43),
    (secret) => `PrivateKey = ${secret}=`,
  ),
  within(
    "kubeconfig-key",
    (chance) => base64(`-----BEGIN ${PRIVATE}-----\n${chance.chars(BASE64, 300)}`),
    (secret) => `client-key-data: ${secret}`,
  ),
  within(
    "kubeconfig-token",
    (chance) => chance.chars(BASE62, 48),
    (secret) => `token: ${secret}`,
  ),
  pem("pem-key", PRIVATE),
  pem("pem-rsa-key", `RSA ${PRIVATE}`),
  pem("openssh-key", `OPENSSH ${PRIVATE}`),
  pem("pgp-key", `PGP ${PRIVATE} BLOCK`),
];

function pem(name: string, label: string): SecretKind {
  return within(
    name,
    (chance) => Array.from({ length: 6 }, () => chance.chars(BASE64, 64)).join("\n"),
    (secret) => `-----BEGIN ${label}-----\n${secret}\n-----END ${label}-----`,
  );
}
