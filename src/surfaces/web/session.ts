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

const Session = z.object({
  v: z.literal(1),
  incidents: z.array(z.object({ id: z.string().min(1).max(100), role: z.enum(LINK_ROLES) })).max(MAX_INCIDENTS),
  expiresMs: z.number(),
});

/** The incidents that this browser came for with signed links; null without a session that holds. */
export function sessionIn(deps: SessionDeps, cookie: string | undefined): readonly LinkClaim[] | null {
  const text = openText(cookiesOf(cookie).get(cookieName(deps)) ?? "", deps.keyFor("web-session"));
  const session = Session.safeParse(text === null ? null : JSON.parse(text));
  if (!session.success || session.data.expiresMs <= deps.clock.nowMs()) return null;
  return session.data.incidents.map(({ id, role }) => ({ incident: incidentId(id), role }));
}

/** A cookie that also opens this incident, for eight hours from now. */
export function sessionWith(deps: SessionDeps, known: readonly LinkClaim[], opened: LinkClaim): string {
  const others = known.filter(({ incident }) => incident !== opened.incident);
  const incidents = [opened, ...others].slice(0, MAX_INCIDENTS).map(({ incident: id, role }) => ({ id, role }));
  const session: z.infer<typeof Session> = { v: 1, incidents, expiresMs: deps.clock.nowMs() + LIVES_MS };
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
