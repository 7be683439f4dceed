import { isJsonObject, type JsonObject } from "../../platform/records/flat-fields.ts";
import { plainPairs } from "./any-value.ts";
import { decodeMessage } from "./decode.ts";
import { RESOURCE } from "./schema.ts";

/** Who sent a group of records. */
export interface Resource {
  readonly service: string | null;
  readonly host: string | null;
  readonly attributes: JsonObject;
}

/** The Resource in these bytes; none of its fields when there are no bytes. */
export function resourceIn(bytes: Uint8Array): Resource {
  const attributes = plainPairs(decodeMessage(bytes, RESOURCE)["attributes"]);
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

/** A nested message, empty when it is missing. */
export function partOf(told: JsonObject, name: string): JsonObject {
  const part = told[name];
  return isJsonObject(part) ? part : {};
}
