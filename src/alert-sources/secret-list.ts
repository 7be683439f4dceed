import { z } from "zod";

const MIN_SECRET_LENGTH = 16;

/** A setting that holds one or more secrets, separated by commas; each must be long enough not to be guessed. */
export function secretListSetting(description: string): z.ZodOptional<z.ZodString> {
  // The value stays one string, so that reading it a second time gives the same result.
  return z
    .string()
    .refine((text) => splitSecrets(text).every((secret) => secret.length >= MIN_SECRET_LENGTH), {
      error: `each secret must have at least ${MIN_SECRET_LENGTH} characters`,
    })
    .optional()
    .describe(description);
}

/** The secrets of such a setting; none when it is empty or missing. */
export function splitSecrets(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((secret) => secret.trim())
    .filter((secret) => secret !== "");
}
