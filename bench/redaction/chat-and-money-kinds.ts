import { BASE62, DIGITS, HEX, LOWER_DIGITS, UPPER_DIGITS, URL64, uuid } from "./chance.ts";
import { type SecretKind, token, within } from "./kind.ts";

/** Tokens of chat, mail, telephone and payment services. */
export const CHAT_AND_MONEY_KINDS: readonly SecretKind[] = [
  within(
    "slack-bot",
    (chance) => chance.chars(BASE62, 24),
    (secret, chance) => `xoxb-${chance.chars(DIGITS, 12)}-${chance.chars(DIGITS, 13)}-${secret}`,
  ),
  within(
    "slack-user",
    (chance) => chance.chars(HEX, 32),
    (secret, chance) => `xoxp-${chance.chars(DIGITS, 12)}-${chance.chars(DIGITS, 12)}-${secret}`,
  ),
  within(
    "slack-app",
    (chance) => chance.chars(HEX, 64),
    (secret, chance) => `xapp-1-A0${chance.chars(UPPER_DIGITS, 9)}-${chance.chars(DIGITS, 13)}-${secret}`,
  ),
  within(
    "slack-configuration",
    (chance) => chance.chars(BASE62, 146),
    (secret) => `xoxe.xoxp-1-${secret}`,
  ),
  within(
    "slack-webhook",
    (chance) => chance.chars(BASE62, 24),
    (secret, chance) =>
      `https://hooks.slack.com/services/T${chance.chars(UPPER_DIGITS, 10)}/B${chance.chars(UPPER_DIGITS, 10)}/${secret}`,
  ),
  within(
    "discord-bot",
    (chance) => chance.chars(URL64, 38),
    (secret, chance) => `M${chance.chars(BASE62, 23)}.${chance.chars(URL64, 6)}.${secret}`,
  ),
  within(
    "discord-webhook",
    (chance) => chance.chars(URL64, 68),
    (secret, chance) => `https://discord.com/api/webhooks/${chance.chars(DIGITS, 19)}/${secret}`,
  ),
  within(
    "telegram-bot",
    (chance) => chance.chars(URL64, 33),
    (secret, chance) => `${chance.int(1, 9)}${chance.chars(DIGITS, 9)}:AA${secret}`,
  ),
  within(
    "teams-webhook",
    (chance) => chance.chars(HEX, 32),
    (secret, chance) =>
      `https://acme.webhook.office.com/webhookb2/${uuid(chance)}@${uuid(chance)}/IncomingWebhook/${secret}/${uuid(chance)}`,
  ),
  token("stripe-secret", { prefix: "sk_live_", alphabet: BASE62, length: 24 }),
  token("stripe-restricted", { prefix: "rk_live_", alphabet: BASE62, length: 99 }),
  token("stripe-webhook", { prefix: "whsec_", alphabet: BASE62, length: 32 }),
  token("square-token", { prefix: "EAAA", alphabet: URL64, length: 60 }),
  token("square-secret", { prefix: "sq0csp-", alphabet: URL64, length: 43 }),
  within(
    "braintree-token",
    (chance) => chance.chars(HEX, 32),
    (secret, chance) => `access_token$production$${chance.chars(LOWER_DIGITS, 16)}$${secret}`,
  ),
  within(
    "plaid-token",
    (chance) => uuid(chance),
    (secret) => `access-production-${secret}`,
  ),
  token("shopify-token", { prefix: "shpat_", alphabet: HEX, length: 32 }),
  token("razorpay-key", { prefix: "rzp_live_", alphabet: BASE62, length: 14 }),
  token("flutterwave-key", { prefix: "FLWSECK-", alphabet: HEX, length: 32, suffix: "-X" }),
  token("twilio-key", { prefix: "SK", alphabet: HEX, length: 32 }),
  within(
    "sendgrid-key",
    (chance) => chance.chars(URL64, 43),
    (secret, chance) => `SG.${chance.chars(URL64, 22)}.${secret}`,
  ),
  token("mailgun-key", { prefix: "key-", alphabet: HEX, length: 32 }),
  token("mailchimp-key", { prefix: "", alphabet: HEX, length: 32, suffix: "-us14" }),
  token("brevo-key", { prefix: "xkeysib-", alphabet: HEX, length: 64, suffix: "-aB3dE5gH7jK9mN1p" }),
  within(
    "opsgenie-header",
    (chance) => uuid(chance),
    (secret) => `Authorization: GenieKey ${secret}`,
  ),
  within(
    "pagerduty-header",
    (chance) => chance.chars(BASE62, 20),
    (secret) => `Authorization: Token token=${secret}`,
  ),
  token("facebook-token", { prefix: "EAAB", alphabet: BASE62, length: 170 }),
];
