import { CHAT_AND_MONEY_KINDS } from "./chat-and-money-kinds.ts";
import { CLOUD_KINDS } from "./cloud-kinds.ts";
import { CODE_KINDS } from "./code-kinds.ts";
import type { SecretKind } from "./kind.ts";
import { PEOPLE_KINDS } from "./people-kinds.ts";
import { WEB_KINDS } from "./web-kinds.ts";

/** Every kind that the rules are meant to know. */
export const KNOWN_KINDS: readonly SecretKind[] = [
  ...CLOUD_KINDS,
  ...CODE_KINDS,
  ...CHAT_AND_MONEY_KINDS,
  ...WEB_KINDS,
  ...PEOPLE_KINDS,
];
