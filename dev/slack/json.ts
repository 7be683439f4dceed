/** An object of unknown shape. */
export type Json = Readonly<Record<string, unknown>>;

/** True for an object that is neither null nor a list. */
export const isJson = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The objects of a list; none when it is no list. */
export const objects = (value: unknown): readonly Json[] => items(value).filter(isJson);

/** A list as it is; empty when it is none. */
export const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A string as it is; empty when it is none. */
export const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** A string as it is; undefined when it is none or empty. */
export const textOrNone = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** Parsed JSON; undefined when it is none. */
export function parsed(raw: unknown): unknown {
  if (typeof raw !== "string" || raw === "") return undefined;
  try {
    const value: unknown = JSON.parse(raw);
    return value;
  } catch {
    return undefined;
  }
}
