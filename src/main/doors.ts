import type { HealthFinding } from "../app/health.ts";
import type { Logger } from "../app/ports.ts";
import { ingestTokens } from "../ingest/routes.ts";
import { isLocalAddress } from "../platform/this-machine.ts";
import type { Config } from "./config.ts";

/** A way in that asks for nothing on this machine until its setting is there. */
interface Door {
  readonly what: string;
  readonly setting: string;
  readonly isGuarded: (env: Config["env"]) => boolean;
}

const DOORS: readonly Door[] = [
  {
    what: "pages",
    setting: "WEB_PASSWORD",
    isGuarded: (env) => env["WEB_PASSWORD"] !== undefined || env["WEB_OPEN"] === "yes",
  },
  { what: "/v1", setting: "INGEST_TOKENS", isGuarded: (env) => ingestTokens(env).length > 0 },
  { what: "/metrics", setting: "METRICS_TOKEN", isGuarded: (env) => env["METRICS_TOKEN"] !== undefined },
];

function unguarded({ env }: Config): { readonly doors: string; readonly settings: string } {
  const open = DOORS.filter(({ isGuarded }) => !isGuarded(env));
  return { doors: open.map(({ what }) => what).join(", "), settings: open.map(({ setting }) => setting).join(", ") };
}

/** Says at the start what is open without a password or token, and to whom; nothing when everything asks for one. */
export function tellDoors(config: Config, publicUrl: string, logger: Logger): void {
  const { doors, settings } = unguarded(config);
  if (doors === "") return;
  if (isLocalAddress(publicUrl)) {
    logger.info(
      { doors, settings },
      "open without a password or token, to this machine only; with a proxy or tunnel on this machine set PUBLIC_URL and these settings, or strangers count as this machine",
    );
  } else {
    logger.info({ doors, settings }, "closed to everybody, also to this machine, until these settings are there");
  }
}

/** The same for `doctor`. To listen for other machines and to call oneself local contradict each other. */
export function doorsFinding(config: Config): HealthFinding {
  const part = "open doors";
  const { doors, settings } = unguarded(config);
  const { HOST: host, PUBLIC_URL: publicUrl } = config.core;
  if (doors === "") return { sign: "ok", part, text: "none: pages, /v1 and /metrics ask for a password or token" };
  if (publicUrl !== undefined && !isLocalAddress(publicUrl)) {
    return { sign: "off", part, text: `${doors} are closed, also to this machine; set ${settings} to use them` };
  }
  if (!isLocalAddress(`http://${host.includes(":") ? `[${host}]` : host}`)) {
    const text = `HOST lets other machines in, and ${doors} ask this machine for nothing: behind a proxy or tunnel on it everybody is this machine. Set PUBLIC_URL and ${settings}`;
    return { sign: "FIX", part, text };
  }
  const text = `${doors}, to this machine only; before a proxy or tunnel on it leads strangers here, set PUBLIC_URL and ${settings}`;
  return { sign: "ok", part, text };
}
