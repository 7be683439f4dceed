import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { HttpResponse, PlainRoute } from "../../platform/http-route.ts";
import { PAGE_HEADERS, textAnswer } from "./answers.ts";

/** Addresses of our own files, each with its digest, so that browsers keep them until they change. */
export interface AssetLinks {
  readonly style: string;
  readonly script: string;
  readonly icon: string;
}

const FILES: Readonly<Record<string, string>> = {
  "page.css": "text/css; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
};
const YEAR_SECONDS = 365 * 24 * 3600;

/** Reads the page's files once; throws when one is missing, so that a broken install stops at start. */
export function loadAssets(folder: string): { readonly links: AssetLinks; readonly route: PlainRoute } {
  const files = new Map(Object.keys(FILES).map((name) => [name, readFileSync(join(folder, name))]));
  const address = (name: string) => {
    const digest = createHash("sha256")
      .update(files.get(name) ?? "")
      .digest("hex");
    return `/assets/${name}?v=${digest.slice(0, 12)}`;
  };
  return {
    links: { style: address("page.css"), script: address("page.js"), icon: address("icon.svg") },
    route: {
      kind: "plain",
      method: "GET",
      path: "/assets/:file",
      maxBodyBytes: 0,
      handle: async ({ params, query }) => assetAnswer(files, params["file"] ?? "", query.has("v")),
    },
  };
}

function assetAnswer(files: ReadonlyMap<string, Uint8Array>, name: string, isVersioned: boolean): HttpResponse {
  const body = files.get(name);
  if (body === undefined) return textAnswer(404, "not found\n");
  const cache = isVersioned ? `public, max-age=${YEAR_SECONDS}, immutable` : "no-cache";
  return {
    status: 200,
    headers: { ...PAGE_HEADERS, "content-type": FILES[name] ?? "application/octet-stream", "cache-control": cache },
    body,
  };
}
