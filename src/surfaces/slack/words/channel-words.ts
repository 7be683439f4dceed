import type { Mrkdwn } from "../drawing/mrkdwn.ts";

/** A channel as its name that can be pressed; Slack shows only to members what it is called. */
export function channelMd(id: string): Mrkdwn {
  return { mrkdwn: /^[CG][A-Z0-9]+$/u.test(id) ? `<#${id}>` : "another place" };
}
