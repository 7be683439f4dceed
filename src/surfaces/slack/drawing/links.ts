import type { Safe } from "../../../core/safe.ts";
import { LIMITS } from "./limits.ts";

/** Turns an address into one that may be linked, or null. */
export type LinkRule = (url: Safe | null) => string | null;

/** Code hosts and the pager: places that a card links to. `SLACK_LINK_HOSTS` replaces the list. */
export const DEFAULT_LINK_HOSTS = "github.com,gitlab.com,bitbucket.org,pagerduty.com";

/**
 * Allows addresses on the named hosts (and their subdomains) over https, and this install's own pages. Addresses come
 * from webhooks and change records, so an address elsewhere is shown as plain text, never as something to press.
 */
export function allowedLinks(hosts: readonly string[], publicUrl: string): LinkRule {
  const own = parse(publicUrl);
  return (url) => {
    const target = url === null ? null : parse(url);
    if (target === null || target.username !== "" || target.password !== "") return null;
    const isOwn = own !== null && target.origin === own.origin;
    const isListed = target.protocol === "https:" && hosts.some((host) => isWithin(target.hostname, host));
    return isOwn || isListed ? printed(target) : null;
  };
}

/** "github.com, pagerduty.com" as a list of host names in lower case. */
export function hostList(text: string): readonly string[] {
  return text
    .split(",")
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== "");
}

function isWithin(hostname: string, host: string): boolean {
  return hostname === host || hostname.endsWith(`.${host}`);
}

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

/** These three characters end a link in Slack's markup. */
function printed(url: URL): string | null {
  const text = url.href.replaceAll("<", "%3C").replaceAll(">", "%3E").replaceAll("|", "%7C");
  return text.length > LIMITS.url ? null : text;
}
