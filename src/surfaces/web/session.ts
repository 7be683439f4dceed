import { z } from "zod";
import { incidentId } from "../../core/ids.ts";
import {
  checkLink,
  LINK_ROLES,
  type LinkClaim,
  type LinkVerdict,
  openText,
  sealText,
} from "../../platform/signed-link.ts";
import type { SurfaceDeps } from "../define.ts";
import { cookiesOf } from "./cookies.ts";

const LIVES_MS = 8 * 60 * 60_000;
const MAX_INCIDENTS = 20;

/** What signed links and their sessions stand on. */
export type SessionDeps = Pick<SurfaceDeps, "clock" | "keyFor" | "publicUrl">;

/** An incident that this browser came for with a signed link, and until when that link's session opens it. */
export interface OpenedLink extends LinkClaim {
  readonly untilMs: number;
}

/** Seconds and short names: browsers keep no cookie of more than 4,096 bytes. */
const Session = z.object({
  v: z.literal(2),
  incidents: z
    .array(z.object({ id: z.string().min(1).max(100), role: z.enum(LINK_ROLES), until: z.number() }))
    .max(MAX_INCIDENTS),
});

/** The incidents that this browser may still open; null without a session that holds. */
export function sessionIn(deps: SessionDeps, cookie: string | undefined): readonly OpenedLink[] | null {
  const text = openText(cookiesOf(cookie).get(cookieName(deps)) ?? "", deps.keyFor("web-session"));
  const session = Session.safeParse(text === null ? null : JSON.parse(text));
  if (!session.success) return null;
  const nowMs = deps.clock.nowMs();
  const opened = session.data.incidents
    .map(({ id, role, until }) => ({ incident: incidentId(id), role, untilMs: until * 1000 }))
    .filter(({ untilMs }) => untilMs > nowMs);
  return opened.length === 0 ? null : opened;
}

/** A cookie that also opens this incident, for eight hours from now. The other ones keep the time that their own links gave. */
export function sessionWith(deps: SessionDeps, known: readonly OpenedLink[], opened: LinkClaim): string {
  const others = known.filter(({ incident }) => incident !== opened.incident);
  const incidents = [{ ...opened, untilMs: deps.clock.nowMs() + LIVES_MS }, ...others]
    .slice(0, MAX_INCIDENTS)
    .map(({ incident: id, role, untilMs }) => ({ id, role, until: Math.floor(untilMs / 1000) }));
  const session: z.infer<typeof Session> = { v: 2, incidents };
  const value = sealText(JSON.stringify(session), deps.keyFor("web-session"));
  const secure = isSecure(deps) ? "; Secure" : "";
  return `${cookieName(deps)}=${value}; Path=/; Max-Age=${LIVES_MS / 1000}; HttpOnly; SameSite=Lax${secure}`;
}

/** What an address is worth that carries no link. */
export const NO_LINK = { status: "none" } as const;

/** What a signed link is worth. */
export function linkVerdict(deps: SessionDeps, query: URLSearchParams, incident: string): LinkVerdict | typeof NO_LINK {
  if (!query.has("link")) return NO_LINK;
  return checkLink(query, incident, { key: deps.keyFor("web-link"), nowMs: deps.clock.nowMs() });
}

/** Browsers take "__Host-" only with Secure, and Secure only over https: then no other host or path can plant one. */
function cookieName(deps: SessionDeps): string {
  return isSecure(deps) ? "__Host-traceops_session" : "traceops_session";
}

function isSecure({ publicUrl }: SessionDeps): boolean {
  return publicUrl.startsWith("https:");
}
