import { z } from "zod";
import { type HypothesisId, hypothesisId } from "../../core/ids.ts";
import type { HttpRequest } from "../../platform/http-route.ts";

const Verdict = z.enum(["yes", "no", "withdrawn"]);
const Id = z.string().regex(/^[\w-]{1,80}$/u);
const Name = z.string().max(200).default("");

const FormVote = z.object({
  vote: z.templateLiteral([Id, ":", Verdict]),
  token: z.string().max(200).default(""),
  name: Name,
});
const JsonVote = z.object({ hypothesisId: Id, verdict: Verdict, name: Name });

export interface PostedVote {
  readonly hypothesisId: HypothesisId;
  readonly verdict: z.infer<typeof Verdict>;
  readonly name: string;
  /** From the form, or from the header that scripts of our pages set. */
  readonly token: string;
  readonly form: "form" | "json";
}

/** The vote in a form or a JSON body; null when there is none. */
export async function parseVote(request: HttpRequest): Promise<PostedVote | null> {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  const text = new TextDecoder().decode(await request.body());
  if (type === "application/json") return jsonVote(text, request.headers["x-traceops-token"] ?? "");
  return type === "application/x-www-form-urlencoded" ? formVote(text) : null;
}

function jsonVote(text: string, token: string): PostedVote | null {
  const parsed = JsonVote.safeParse(parsedJson(text));
  if (!parsed.success) return null;
  const { hypothesisId: id, verdict, name } = parsed.data;
  return { hypothesisId: hypothesisId(id), verdict, name, token, form: "json" };
}

function formVote(text: string): PostedVote | null {
  const parsed = FormVote.safeParse(Object.fromEntries(new URLSearchParams(text)));
  if (!parsed.success) return null;
  const { vote, token, name } = parsed.data;
  const colon = vote.lastIndexOf(":");
  const verdict = Verdict.parse(vote.slice(colon + 1));
  return { hypothesisId: hypothesisId(vote.slice(0, colon)), verdict, name, token, form: "form" };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** True when the browser says that a page of this very site sent the request. Programs that say nothing are refused. */
export function isSameOrigin(headers: HttpRequest["headers"], publicUrl: string): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin";
  const origin = URL.parse(headers["origin"] ?? "");
  if (origin === null) return false;
  return origin.host === headers["host"] || origin.origin === URL.parse(publicUrl)?.origin;
}
