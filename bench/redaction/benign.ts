import { BASE62, BASE64, type Chance, DIGITS, HEX, LOWER, LOWER_DIGITS, UPPER_DIGITS, uuid } from "./chance.ts";

/** Lines without anything to hide that look as if they had: ids, hashes, versions, names, pictures, prose about secrets. */
export const BENIGN_FORMS: readonly ((chance: Chance) => string)[] = [
  (c) => `GET /v1/orders/${uuid(c)}?page=${c.int(1, 99)}&sort=asc ${c.int(200, 599)} ${c.int(1, 900)} ms`,
  (c) => `trace_id=${c.chars(HEX, 32)} span_id=${c.chars(HEX, 16)} duration=${c.int(1, 9999)}us`,
  (c) => `traceparent: 00-${c.chars(HEX, 32)}-${c.chars(HEX, 16)}-01`,
  (c) =>
    `deployed checkout ${c.int(0, 9)}.${c.int(0, 40)}.${c.int(0, 99)}-rc.${c.int(1, 9)}+build.${c.int(1, 999)} (${c.chars(HEX, 40)})`,
  (c) => `Merge pull request #${c.int(1, 9999)} at ${c.chars(HEX, 7)} into ${c.chars(HEX, 12)}`,
  (c) => `pulled image registry.example/shop/basket@sha256:${c.chars(HEX, 64)} in ${c.int(1, 90)}.${c.int(0, 9)}s`,
  (c) =>
    `pod basket-${c.chars(LOWER_DIGITS, 9)}-${c.chars(LOWER_DIGITS, 5)} on node ip-10-0-${c.int(0, 254)}-${c.int(0, 254)} is Ready`,
  (c) =>
    `${c.pick(["Pod", "ReplicaSet", "HorizontalPodAutoscaler", "ValidatingWebhookConfiguration", "EndpointSlice"])}/${word(c)}-service-${c.chars(LOWER_DIGITS, 10)}-${c.chars(LOWER_DIGITS, 5)} was changed`,
  (c) => `connect ECONNREFUSED 10.${c.int(0, 254)}.${c.int(0, 254)}.${c.int(1, 254)}:5432`,
  (c) =>
    `peer [fd00::${c.chars(HEX, 4)}]:443 and 192.168.${c.int(0, 254)}.${c.int(1, 254)} and 127.0.0.1 closed the connection`,
  (c) => `<img src="data:image/png;base64,iVBORw0KGgo${c.chars(BASE64, 180)}AAAA=">`,
  (c) => `etag: W/"${c.chars(HEX, 32)}" last-modified: Sat, 21 Nov 2026 01:47:20 GMT`,
  (c) => `integrity sha512-${c.chars(BASE64, 86)}== resolved left-pad@${c.int(1, 9)}.${c.int(0, 9)}.0`,
  (c) =>
    `java.lang.IllegalStateException: ${camel(c, 6)} at com.shop.basket.${camel(c, 4)}$${camel(c, 2)}.${camel(c, 3)}(${camel(c, 4)}.java:${c.int(1, 900)})`,
  (c) =>
    `    at async ${camel(c, 3)} (/app/node_modules/@shop/basket-core/dist/esm/${word(c)}-${word(c)}.js:${c.int(1, 900)}:${c.int(1, 80)})`,
  (c) => `requests{service="basket",method="GET",status="${c.int(200, 599)}",le="0.5"} ${c.int(1, 1e6)}`,
  (c) => `X-Request-Id: ${uuid(c)} X-Amzn-Trace-Id: Root=1-${c.chars(HEX, 8)}-${c.chars(HEX, 24)}`,
  (c) => `x-amz-cf-id: ${c.chars(BASE62, 54)}== x-cache: Miss`,
  (c) => `order id=${c.chars(UPPER_DIGITS, 26)} state=paid cart=${c.int(1e6, 9e6)}`,
  (c) => `object id ${c.chars(HEX, 24)} took ${c.chars(DIGITS, 6)} ns at 17636896${c.chars(DIGITS, 11)}`,
  (c) => `token expired for user ${c.int(1, 9999)}; token_type=refresh token_count=${c.int(1, 90)} max_tokens=1024`,
  (c) => `Basic authentication failed, bearer authentication is required for /v${c.int(1, 9)}/pay`,
  (c) => `password reset mail queued for user ${c.int(1, 99999)}; passwords must be 12 characters`,
  (c) => `secret "payment-tls" not found in namespace ${word(c)}; secretName: db-credentials`,
  (c) => `token-service: connection refused (attempt ${c.int(1, 9)} of 10), cookie parsing took ${c.int(1, 9)} ms`,
  (c) =>
    `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1${c.int(10, 40)}.0.${c.int(1000, 7000)}.${c.int(10, 200)} Safari/537.36`,
  (c) =>
    `SELECT "o"."id", "o"."${word(c)}_id" FROM "orders" "o" WHERE "o"."state" = $1 LIMIT ${c.int(1, 100)} -- ${c.int(1, 99)} rows`,
  (c) => `${word(c)}/${word(c)}/${camel(c, 3)}/${word(c)}_${word(c)}_${c.int(1, 99)}.generated.ts changed`,
  (c) => `arn:aws:lambda:eu-west-1:${c.chars(DIGITS, 12)}:function:${word(c)}-${word(c)}-prod`,
  (c) =>
    `goroutine ${c.int(1, 9999)} [chan receive, ${c.int(1, 90)} minutes]: main.(*${camel(c, 2)}).${camel(c, 2)}(0xc000${c.chars(HEX, 6)})`,
  (c) => `msg="reconciled" controller=deployment ns=${word(c)} uid=${uuid(c)} resourceVersion=${c.chars(DIGITS, 8)}`,
  (c) =>
    `kafka: partition basket-events-${c.int(0, 63)} offset ${c.chars(DIGITS, 12)} leader ${c.int(1, 9)} epoch ${c.int(1, 99)}`,
  (c) => `feature ${word(c)}-${word(c)}-${word(c)}-experiment-holdout is on for ${c.int(0, 100)} %`,
  (c) =>
    `GC pause ${c.int(1, 900)}.${c.int(0, 9)}ms heap=${c.int(1, 4000)}M/${c.int(4000, 8000)}M phase=${camel(c, 2)}`,
  (c) =>
    `https://grafana.example/d/${c.chars(LOWER_DIGITS, 9)}/basket-overview?orgId=1&from=1763689${c.chars(DIGITS, 6)}&to=now`,
  (c) => `${longWord(c)} ${longWord(c)} failed: pneumonoultramicroscopicsilicovolcanoconiosis`,
  (c) => `idempotency replay for ${uuid(c)} (attempt ${c.int(1, 9)}), key=orders:${c.int(1, 99999)} ttl=3600`,
  (c) =>
    `git@github.com:acme/${word(c)}.git, npm warn deprecated ${word(c)}@1.${c.int(0, 9)}.0 @scope/pkg@2.0.0-beta.1`,
  (c) =>
    `+${c.int(1, 99)} more, +0100, 100% of ${c.int(1, 90)} requests, p99 = ${c.int(1, 9)}.5 s, ${c.int(100, 999)}-${c.int(1000, 9999)}`,
  (c) => `checksum md5=${c.chars(HEX, 32)} crc=0x${c.chars(HEX, 8)} size=${c.chars(DIGITS, 7)} parts=${c.int(1, 9)}`,
  (c) => `cert CN=basket.internal serial ${colons(c, 16)} expires in ${c.int(1, 90)} days`,
];

const WORDS: readonly [string, ...string[]] = [
  "basket",
  "payment",
  "checkout",
  "search",
  "pricing",
  "stock",
  "parcel",
  "refund",
  "voucher",
  "catalog",
  "Session",
  "Handler",
  "Manager",
  "Factory",
  "Adapter",
  "Request",
  "Listener",
  "Context",
  "Provider",
  "Resolver",
];

const word = (chance: Chance) => chance.pick(WORDS).toLowerCase();
const camel = (chance: Chance, count: number) =>
  Array.from({ length: count }, () => chance.pick(WORDS).replace(/^./u, (first) => first.toUpperCase())).join("");
const longWord = (chance: Chance) => `${chance.chars(LOWER, 14)}ization${chance.chars(LOWER, 6)}`;
const colons = (chance: Chance, count: number) => Array.from({ length: count }, () => chance.chars(HEX, 2)).join(":");
