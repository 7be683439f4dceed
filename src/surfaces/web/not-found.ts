import type { HttpResponse } from "../../platform/http-route.ts";
import { page } from "./answers.ts";
import type { AssetLinks } from "./assets.ts";
import { messagePage } from "./page-shell.ts";

/** The answer for an incident that is not there, or not for this visitor. */
export function notFound(assets: AssetLinks): HttpResponse {
  return page(404, messagePage(assets, "No such incident", "It may have been removed, or the link is incomplete."));
}
