import { z } from "zod";
import type { Clock, IncidentSender } from "../app/ports.ts";
import type { Redactor } from "../app/redactor.ts";
import type { PagerDutyClient } from "../platform/clients/pagerduty.ts";
import { createPagerDutyClient, pagerDutyEnv } from "../platform/clients/pagerduty-rest.ts";
import { createPagerDutySender } from "../surfaces/pagerduty/sender.ts";
import type { Config } from "./config.ts";

const PagerDutySettings = z.object(pagerDutyEnv);

/** One client for evidence, notes and polling; null without a token. */
export function pagerDutyClient(config: Config, clock: Clock): PagerDutyClient | null {
  const { PAGERDUTY_API_TOKEN: token, PAGERDUTY_API_HOST: host } = PagerDutySettings.parse(config.env);
  return token === undefined ? null : createPagerDutyClient({ token, host, clock });
}

/** Where a status can be written back to. */
export function pagerDutySenders(
  config: Config,
  { pagerDuty, redactor }: { readonly pagerDuty: PagerDutyClient | null; readonly redactor: Redactor },
): readonly IncidentSender[] {
  const { PAGERDUTY_FROM_EMAIL: from } = PagerDutySettings.parse(config.env);
  return pagerDuty === null ? [] : [createPagerDutySender({ client: pagerDuty, from: from ?? null, redactor })];
}
