import { BASE32, BASE62, BASE64, HEX, LOWER_DIGITS, UPPER_DIGITS, URL64, uuid } from "./chance.ts";
import { type SecretKind, token, within } from "./kind.ts";

/** Keys of clouds and of what runs in them. Looks are those of the makers' public documentation. */
export const CLOUD_KINDS: readonly SecretKind[] = [
  token("aws-access-key-id", { prefix: "AKIA", alphabet: BASE32, length: 16 }),
  token("aws-temporary-key-id", { prefix: "ASIA", alphabet: BASE32, length: 16 }),
  token("aws-bedrock-key", { prefix: "ABSK", alphabet: BASE64, length: 128 }),
  within(
    "aws-secret-access-key",
    (chance) => chance.chars(BASE64, 40),
    (secret) => `aws_secret_access_key = ${secret}`,
  ),
  within(
    "aws-session-token",
    (chance) => chance.chars(BASE64, 300),
    (secret) => `aws_session_token=IQoJ${secret}`,
  ),
  within(
    "aws-presigned-url",
    (chance) => chance.chars(HEX, 64),
    (secret) =>
      `https://parts.s3.amazonaws.com/a.zip?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=300&X-Amz-Signature=${secret}`,
  ),
  within(
    "aws-signed-header",
    (chance) => chance.chars(HEX, 64),
    (secret) =>
      `Authorization: AWS4-HMAC-SHA256 Credential=x/20261101/eu-1/s3/aws4_request, SignedHeaders=host, Signature=${secret}`,
  ),
  token("google-api-key", { prefix: "AIza", alphabet: URL64, length: 35 }),
  token("google-access-token", { prefix: "ya29.", alphabet: URL64, length: 120 }),
  token("google-client-secret", { prefix: "GOCSPX-", alphabet: URL64, length: 28 }),
  token("google-hmac-key", { prefix: "GOOG1E", alphabet: BASE32, length: 55 }),
  token("google-refresh-token", { prefix: "1//0", alphabet: URL64, length: 98 }),
  within(
    "azure-storage-key",
    (chance) => chance.chars(BASE64, 86),
    (secret) => `DefaultEndpointsProtocol=https;AccountName=parts;AccountKey=${secret}==;EndpointSuffix=core`,
  ),
  within(
    "azure-sas",
    (chance) => chance.bytes(32).toString("base64").slice(0, 43),
    (secret) =>
      `https://parts.blob.example/c/a?sv=2024-11-04&se=2026-12-01&sr=b&sp=r&sig=${encodeURIComponent(secret)}%3D`,
  ),
  within(
    "azure-client-secret",
    (chance) => chance.chars(`${URL64}.~`, 34),
    (secret, chance) => `${chance.chars(BASE62, 3)}8Q~${secret}`,
  ),
  token("azure-devops-token", { prefix: "", alphabet: BASE62, length: 76, suffix: "AZDO1a2b" }),
  within(
    "azure-service-bus",
    (chance) => chance.chars(BASE64, 43),
    (secret) => `Endpoint=sb://q.example/;SharedAccessKeyName=Root;SharedAccessKey=${secret}=`,
  ),
  within(
    "azure-app-configuration",
    (chance) => chance.chars(BASE64, 43),
    (secret) => `Endpoint=https://c.example;Id=ab-l9;Secret=${secret}=`,
  ),
  token("alibaba-key-id", { prefix: "LTAI5t", alphabet: BASE62, length: 18 }),
  token("tencent-secret-id", { prefix: "AKID", alphabet: BASE62, length: 32 }),
  token("digitalocean-token", { prefix: "dop_v1_", alphabet: HEX, length: 64 }),
  token("heroku-key", { prefix: "HRKU-AA", alphabet: URL64, length: 58 }),
  token("fly-token", { prefix: "FlyV1 fm2_", alphabet: BASE64, length: 200 }),
  token("netlify-token", { prefix: "nfp_", alphabet: BASE62, length: 36 }),
  token("supabase-token", { prefix: "sbp_", alphabet: HEX, length: 40 }),
  token("supabase-secret-key", { prefix: "sb_secret_", alphabet: URL64, length: 31 }),
  token("planetscale-password", { prefix: "pscale_pw_", alphabet: URL64, length: 43 }),
  token("neon-key", { prefix: "napi_", alphabet: LOWER_DIGITS, length: 64 }),
  token("databricks-token", { prefix: "dapi", alphabet: HEX, length: 32 }),
  token("vault-token", { prefix: "hvs.", alphabet: URL64, length: 95 }),
  token("vault-old-token", { prefix: "s.", alphabet: BASE62, length: 24 }),
  within(
    "terraform-token",
    (chance) => chance.chars(BASE62, 67),
    (secret, chance) => `${chance.chars(BASE62, 14)}.atlasv1.${secret}`,
  ),
  token("doppler-token", { prefix: "dp.pt.", alphabet: BASE62, length: 43 }),
  token("pulumi-token", { prefix: "pul-", alphabet: HEX, length: 40 }),
  token("tailscale-key", { prefix: "tskey-auth-k7Q2", alphabet: BASE62, length: 32 }),
  within(
    "cloudflare-origin-key",
    (chance) => chance.chars(HEX, 146),
    (secret, chance) => `v1.0-${chance.chars(HEX, 24)}-${secret}`,
  ),
  within(
    "launchdarkly-key",
    (chance) => uuid(chance),
    (secret) => `sdk-${secret}`,
  ),
  token("okta-header", { prefix: "Authorization: SSWS 00", alphabet: URL64, length: 40 }),
  token("one-password-key", { prefix: "ops_eyJ", alphabet: BASE62, length: 300 }),
  within(
    "dynatrace-token",
    (chance) => chance.chars(UPPER_DIGITS, 64),
    (secret, chance) => `dt0c01.${chance.chars(UPPER_DIGITS, 24)}.${secret}`,
  ),
  token("grafana-account", { prefix: "glsa_", alphabet: BASE62, length: 32, suffix: "_1a2b3c4d" }),
  token("grafana-cloud", { prefix: "glc_eyJ", alphabet: BASE64, length: 120 }),
  token("new-relic-key", { prefix: "NRAK-", alphabet: UPPER_DIGITS, length: 27 }),
  token("new-relic-license", { prefix: "", alphabet: HEX, length: 36, suffix: "NRAL" }),
  within(
    "datadog-key",
    (chance) => chance.chars(HEX, 32),
    (secret) => `DD_API_KEY=${secret}`,
  ),
  token("sentry-token", { prefix: "sntrys_eyJ", alphabet: BASE64, length: 140 }),
  within(
    "sentry-dsn",
    (chance) => chance.chars(HEX, 32),
    (secret) => `https://${secret}@o42.ingest.example/7`,
  ),
  token("honeycomb-key", { prefix: "hcaik_", alphabet: LOWER_DIGITS, length: 58 }),
];
