import type { TenantId } from "../core/ids.ts";
import type { AlertSourcePort } from "./alert-source-port.ts";
import type { Delivery, Refusal, Verdict } from "./delivery.ts";
import { UnavailableError } from "./errors.ts";
import type { Inbox, Logger } from "./ports.ts";

/** What became of a webhook. Each kind has exactly one status code, which senders act on. */
export type ReceiveOutcome =
  | { readonly kind: "accepted" | "duplicate" }
  | { readonly kind: "unknown-source" }
  | { readonly kind: "refused"; readonly reason: Refusal["reason"] }
  | { readonly kind: "too-large" }
  | { readonly kind: "unavailable" };

/** What the head of a webhook decides, before its body is read. */
export type Admission =
  | { readonly kind: "admitted"; readonly maxBodyBytes: number }
  | Extract<ReceiveOutcome, { readonly kind: "unknown-source" | "refused" }>;

export interface ReceiveDeliveryDeps {
  readonly tenant: TenantId;
  readonly inbox: Inbox;
  readonly logger: Logger;
  readonly sources: ReadonlyMap<string, AlertSourcePort>;
  /** SHA-256 of the bytes as hex: the key of a delivery whose sender names none. */
  readonly digest: (raw: Uint8Array) => string;
}

/** Says whether a body is worth reading, and how much of it: who cannot be authentic by these headers sends none. Never throws. */
export function admitDelivery(
  { sources, logger }: Pick<ReceiveDeliveryDeps, "sources" | "logger">,
  source: string,
  headers: Delivery["headers"],
): Admission {
  const sender = sources.get(source);
  if (sender === undefined) return { kind: "unknown-source" };
  const refusal = sender.refusedByHead(headers);
  return refusal === null ? { kind: "admitted", maxBodyBytes: sender.maxBodyBytes } : refused(logger, source, refusal);
}

function refused(logger: Logger, source: string, { reason }: Refusal): Extract<ReceiveOutcome, { kind: "refused" }> {
  logger.warn({ source, reason }, "webhook refused");
  return { kind: "refused", reason };
}

/**
 * Takes a webhook: authentic bytes are stored as they are, whatever they hold, and nothing else is. Never throws.
 * Looking inside happens later, so that neither size nor nonsense can delay the answer.
 */
export async function receiveDelivery(
  deps: ReceiveDeliveryDeps,
  source: string,
  delivery: Delivery,
): Promise<ReceiveOutcome> {
  const sender = deps.sources.get(source);
  if (sender === undefined) return { kind: "unknown-source" };
  if (delivery.raw.byteLength > sender.maxBodyBytes) return { kind: "too-large" };

  const verdict = await checked(deps, sender, delivery);
  if (verdict.status === "unknown") return { kind: "unavailable" };
  if (verdict.status === "refused") return refused(deps.logger, source, verdict);
  return store(deps, sender, delivery);
}

/** "unknown" when it could not be found out: refusing would lose what the sender sends only once. */
async function checked(
  { logger }: ReceiveDeliveryDeps,
  sender: AlertSourcePort,
  delivery: Delivery,
): Promise<Verdict | { readonly status: "unknown" }> {
  try {
    return await sender.verify(delivery);
  } catch (cause) {
    const reason = cause instanceof UnavailableError ? cause.system : "unexpected";
    logger.error({ source: sender.name, reason, err: cause }, "webhook could not be checked");
    return { status: "unknown" };
  }
}

async function store(deps: ReceiveDeliveryDeps, sender: AlertSourcePort, delivery: Delivery): Promise<ReceiveOutcome> {
  const { tenant, inbox, logger, digest } = deps;
  const dedupKey = sender.dedupKey(delivery) ?? `bytes:${digest(delivery.raw)}`;
  try {
    const { raw, receivedAtMs } = delivery;
    const stored = await inbox.store({ tenant, source: sender.name, dedupKey, delivery: { raw, receivedAtMs } });
    return { kind: stored === "duplicate" ? "duplicate" : "accepted" };
  } catch (cause) {
    // Whatever kept the bytes from being durable, the sender must try again.
    const reason = cause instanceof UnavailableError ? cause.system : "unexpected";
    logger.error({ source: sender.name, reason, err: cause }, "webhook could not be stored");
    return { kind: "unavailable" };
  }
}
