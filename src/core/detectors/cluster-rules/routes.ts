import type { Json } from "../../event.ts";
import type { EventId } from "../../ids.ts";
import { type Safe, safe, sliceSafe } from "../../safe.ts";
import { listAt, numberAt, textAt, textsByName } from "../cluster/read.ts";
import type { ClusterState } from "../cluster/state.ts";

/** One rule of a gateway: what asks for this path goes to that Service. */
export interface Route {
  readonly path: Safe;
  readonly host: Safe;
  readonly port: number | null;
  readonly namespace: Safe | null;
  readonly ids: readonly EventId[];
}

/** Lines of one configuration file that are read. */
const MAX_LINES = 5_000;
const MAX_ROUTES = 2_000;

/** The routes that Ingresses and the configuration files of gateways declare. */
export function routesOf(state: ClusterState): readonly Route[] {
  const files = state
    .ofKind("ConfigMap")
    .flatMap((map) =>
      [...textsByName(map.manifest, "data").values()].flatMap((text) =>
        routesIn(text).map((route) => ({ ...route, namespace: map.namespace, ids: [map.id] })),
      ),
    );
  const ingresses = state
    .ofKind("Ingress")
    .flatMap(({ manifest, namespace, id }) => ofIngress(manifest).map((route) => ({ ...route, namespace, ids: [id] })));
  return [...files, ...ingresses].slice(0, MAX_ROUTES);
}

type Bare = Pick<Route, "path" | "host" | "port">;

function ofIngress(manifest: Json): readonly Bare[] {
  return listAt(manifest, "spec", "rules")
    .flatMap((rule) => listAt(rule, "http", "paths"))
    .flatMap((each) => {
      const host = textAt(each, "backend", "service", "name");
      if (host === null) return [];
      return [
        { path: textAt(each, "path") ?? safe`/`, host, port: numberAt(each, "backend", "service", "port", "number") },
      ];
    });
}

/** A target: "uri: lb://orders", "proxy_pass http://orders:8080". A placeholder counts with its default. */
const TARGET =
  /(?:\buri:|\bproxy_pass)\s+["']?(?:[a-z]+:\/\/)(?:\$\{[^:}]*:(?<usual>[\w.-]+)\}|(?<host>[\w.-]+))(?::(?<port>\d{1,5}))?/u;
/** A path: "- Path=/orders/**", "location /orders/ {". */
const PATH = /(?:\bPath=|\blocation\s+(?:\^~\s+|=\s+)?)(?<path>\/[^\s,{*"']*)/u;

/** In both kinds of file a route is a block in which path and target stand near each other, in either order. */
function routesIn(text: Safe): readonly Bare[] {
  if (!TARGET.test(text)) return [];
  const found: Bare[] = [];
  let target: Omit<Bare, "path"> | null = null;
  let path: Safe | null = null;
  for (const line of linesOf(text)) {
    if (/^\s*-\s*id:|^\s*server\s*\{|^\s*\}/u.test(line)) [target, path] = [null, null];
    target = targetIn(line) ?? target;
    path = pathIn(line) ?? path;
    if (target === null || path === null) continue;
    found.push({ ...target, path });
    [target, path] = [null, null];
  }
  return found;
}

function linesOf(text: Safe): readonly Safe[] {
  const lines: Safe[] = [];
  let from = 0;
  for (const line of text.split("\n").slice(0, MAX_LINES)) {
    lines.push(sliceSafe(text, from, from + line.length));
    from += line.length + 1;
  }
  return lines;
}

function targetIn(line: Safe): Omit<Bare, "path"> | null {
  const match = TARGET.exec(line);
  const name = match?.groups?.["usual"] ?? match?.groups?.["host"];
  if (match === null || name === undefined) return null;
  const start = line.indexOf(name, match.index + match[0].lastIndexOf(name));
  const port = match.groups?.["port"];
  return { host: sliceSafe(line, start, start + name.length), port: port === undefined ? null : Number(port) };
}

function pathIn(line: Safe): Safe | null {
  const path = PATH.exec(line)?.groups?.["path"];
  if (path === undefined) return null;
  const start = line.indexOf(path);
  return sliceSafe(line, start, start + path.length);
}
