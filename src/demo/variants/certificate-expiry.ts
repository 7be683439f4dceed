import { epochMs } from "../../core/ids.ts";
import { media } from "../casts/media.ts";
import { githubDeployment } from "../changes.ts";
import { MINUTE_MS, playDay, SECOND_MS } from "../play-day.ts";
import type { Variant } from "../scenario.ts";
import { toTheSecond } from "../to-the-second.ts";
import type { Fault } from "../traffic.ts";

/** A certificate runs out at midnight; everybody who calls that service refuses to talk to it. */
export const certificateExpiry: Variant = {
  cast: media,
  alertAt: epochMs(Date.UTC(2026, 11, 1, 0, 2)),
  afterAlertMs: 4 * MINUTE_MS,
  play(stage) {
    const expiredAt = stage.alertAt - 2 * MINUTE_MS;
    playDay(stage, [refused(expiredAt, stage.toMs)]);
    stage.kubernetes.push({
      atMs: stage.alertAt - 26 * MINUTE_MS,
      kind: "Certificate",
      name: "accounts-internal-tls",
      reason: "Failed",
      type: "Warning",
      message: "The certificate request has failed to complete and will be retried: issuer vault-pki not ready",
      component: "cert-manager",
    });
    stage.changes.push(
      githubDeployment({
        atMs: stage.alertAt - 22 * MINUTE_MS,
        service: "billing",
        kind: "deploy",
        ref: "r6104",
        by: "smarino",
        summary: "Invoices in three more languages",
      }),
    );
    return [{ atMs: stage.alertAt, service: "web", title: "Sign-in success below 90 %" }];
  },
};

function refused(expiredAt: number, toMs: number): Fault {
  return {
    service: "accounts",
    fromMs: expiredAt + 3 * SECOND_MS,
    toMs,
    share: () => 0.98,
    own: (random) =>
      random.chance(0.25)
        ? [{ severity: "WARN", body: "http: TLS handshake error: remote error: tls: expired certificate" }]
        : [],
    seenAs: () =>
      `tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time is after ${toTheSecond(expiredAt)} (CERT_HAS_EXPIRED)`,
    edgeStatus: 502,
    hangMs: 12,
    attempts: 2,
    clientRetries: 2,
  };
}
