import type { JsonObject } from "../../platform/records/flat-fields.ts";
import { isJsonObject } from "../../platform/records/flat-fields.ts";
import { objectsOf, plainPairs } from "./any-value.ts";

/** Who sent a group of records. */
export interface Resource {
  readonly service: string | null;
  readonly host: string | null;
  readonly attributes: JsonObject;
}

export interface ResourceRecord {
  readonly resource: Resource;
  readonly record: JsonObject;
}

interface Layout {
  readonly resources: string;
  readonly scopes: readonly string[];
  readonly records: string;
}

/** Walks resource → scope → record; null when the body has not this layout at all. */
export function recordsOf(body: unknown, layout: Layout): readonly ResourceRecord[] | null {
  if (!isJsonObject(body)) return null;
  const groups = body[layout.resources];
  if (groups === undefined) return Object.keys(body).length === 0 ? [] : null;
  if (!Array.isArray(groups)) return null;
  return objectsOf(groups).flatMap((group) => {
    const resource = resourceOf(group["resource"]);
    const scopes = layout.scopes.flatMap((name) => objectsOf(group[name]));
    return scopes.flatMap((scope) => objectsOf(scope[layout.records]).map((record) => ({ resource, record })));
  });
}

function resourceOf(raw: unknown): Resource {
  const attributes = isJsonObject(raw) ? plainPairs(raw["attributes"]) : {};
  return {
    service: textOf(attributes, ["service.name", "k8s.deployment.name", "k8s.container.name"]),
    host: textOf(attributes, ["k8s.pod.name", "host.name", "service.instance.id", "container.id"]),
    attributes,
  };
}

/** The first of these attributes that holds text. */
export function textOf(attributes: JsonObject, names: readonly string[]): string | null {
  for (const name of names) {
    const value = attributes[name];
    if (typeof value === "string" && value !== "" && !value.startsWith("unknown_service")) return value;
  }
  return null;
}
