import { z } from "zod";
import type { Delivery, Refusal, Verdict } from "../app/delivery.ts";
import type { Clock, Logger, Marks } from "../app/ports.ts";
import type { SentNote } from "../app/sent-note.ts";
import type { Alert } from "../core/alert.ts";
import type { EpochMs } from "../core/ids.ts";
import type { SafeFetch } from "../platform/safe-fetch.ts";

/** What a sender's check may use besides its secrets. */
export interface SenderTools {
  /** The only way out; it leads to public addresses only. */
  readonly fetch: SafeFetch;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What has to outlast a restart. */
  readonly marks: Pick<Marks, "get" | "set">;
}

/** How one sender's deliveries are told from forged ones. */
export interface SenderChecks {
  /** Why these headers alone refuse a delivery; null when the body has to be seen. Bodies cost memory, and anybody can send. */
  readonly refusedByHead: (headers: Delivery["headers"]) => Refusal | null;
  /** Throws or rejects with `UnavailableError` when it could not be found out; the sender then tries again. */
  readonly verify: (delivery: Delivery) => Verdict | Promise<Verdict>;
  /**
   * For senders that ask to be confirmed before they send: answers such a request, does nothing for other bodies.
   * Rejects with `UnavailableError` when it is worth another try.
   */
  readonly confirm?: (body: unknown, signal: AbortSignal) => Promise<void>;
}

/** What a vendor folder must say about itself. Nothing outside the folder knows any of it. */
export interface AlertSource<Shape extends z.ZodRawShape, Payload> {
  /** Environment variables this source needs; `main/config.ts` merges the shapes of all sources. */
  readonly env: Shape;
  /** Active secrets; several while one is being rotated, none when the source is off. */
  readonly secrets: (env: z.infer<z.ZodObject<Shape>>) => readonly string[];
  /** What to set to switch it on, for `doctor`. */
  readonly howToConfigure: string;
  readonly maxBodyBytes: number;
  readonly checks: (secrets: readonly string[], tools: SenderTools) => SenderChecks;
  /** The sender's delivery id; null when it sends none, then the bytes are the key. */
  readonly dedupKey: (delivery: Delivery) => string | null;
  readonly payload: z.ZodType<Payload>;
  /** `receivedAtMs` stands in for times that a sender leaves out. */
  readonly toAlerts: (payload: Payload, receivedAtMs: EpochMs) => readonly Alert<string>[];
  /** For senders that also tell what people write there. */
  readonly toNotes?: (payload: Payload, receivedAtMs: EpochMs) => readonly SentNote<string>[];
}

export interface RegisteredAlertSource {
  readonly env: z.ZodRawShape;
  readonly secrets: (env: unknown) => readonly string[];
  readonly howToConfigure: string;
  readonly maxBodyBytes: number;
  readonly checks: (secrets: readonly string[], tools: SenderTools) => SenderChecks;
  readonly dedupKey: (delivery: Delivery) => string | null;
  /** Throws `ZodError` on a body of the wrong shape. */
  readonly parse: (body: unknown, receivedAtMs: EpochMs) => readonly Alert<string>[];
  /** Throws `ZodError` too. */
  readonly parseNotes: (body: unknown, receivedAtMs: EpochMs) => readonly SentNote<string>[];
}

/** Keeps the types of settings and payload inside the folder, then forgets them so that all sources fit one registry. */
export function defineAlertSource<Shape extends z.ZodRawShape, Payload>(
  source: AlertSource<Shape, Payload>,
): RegisteredAlertSource {
  const { env, howToConfigure, maxBodyBytes, checks, dedupKey } = source;
  const settings = z.object(env);
  return {
    env,
    howToConfigure,
    maxBodyBytes,
    checks,
    dedupKey,
    secrets: (values) => source.secrets(settings.parse(values)),
    parse: (body, receivedAtMs) => source.toAlerts(source.payload.parse(body), receivedAtMs),
    parseNotes: (body, receivedAtMs) => source.toNotes?.(source.payload.parse(body), receivedAtMs) ?? [],
  };
}

/** How a sender is known by nothing but the delivery and the secrets. */
export interface SecretScheme {
  readonly refusedByHead: (headers: Delivery["headers"], secrets: readonly string[]) => Refusal | null;
  readonly verify: (delivery: Delivery, secrets: readonly string[]) => Verdict;
}

/** The checks of such a sender. */
export function checkedBy({ refusedByHead, verify }: SecretScheme): (secrets: readonly string[]) => SenderChecks {
  return (secrets) => ({
    refusedByHead: (headers) => refusedByHead(headers, secrets),
    verify: (delivery) => verify(delivery, secrets),
  });
}
