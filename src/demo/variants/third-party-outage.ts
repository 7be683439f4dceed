import { epochMs } from "../../core/ids.ts";
import { media } from "../casts/media.ts";
import { githubDeployment } from "../changes.ts";
import { MINUTE_MS, playDay, SECOND_MS } from "../play-day.ts";
import type { Random } from "../random.ts";
import type { Variant } from "../scenario.ts";
import type { Fault, FaultLine } from "../traffic.ts";

const PROVIDER = "https://api.cardhouse.example/v2/charges";

/** The card processor outside is down; only what needs it fails, and nothing of ours changed. */
export const thirdPartyOutage: Variant = {
  cast: media,
  alertAt: epochMs(Date.UTC(2026, 9, 27, 16, 5)),
  afterAlertMs: 4 * MINUTE_MS,
  play(stage) {
    playDay(stage, [providerDown(stage.alertAt - 80 * SECOND_MS, stage.toMs)]);
    stage.changes.push(
      githubDeployment({
        atMs: stage.alertAt - 25 * MINUTE_MS,
        service: "library",
        kind: "deploy",
        ref: "r5980",
        by: "jpark",
        summary: "Faster album index",
      }),
    );
    return [{ atMs: stage.alertAt, service: "billing", title: "billing: failed charges above 20 %" }];
  },
};

function providerDown(fromMs: number, toMs: number): Fault {
  return {
    service: "billing",
    fromMs,
    toMs,
    share: () => 0.88,
    own: (random) => [outsideLine(random)],
    seenAs: () => "billing answered 502: card processor unavailable",
    edgeStatus: 502,
    hangMs: 400,
    clientRetries: 2,
  };
}

function outsideLine(random: Random): FaultLine {
  return {
    severity: "ERROR",
    body: random.chance(0.6)
      ? `POST ${PROVIDER} answered 503 Service Unavailable after ${random.int(180, 390)} ms, x-request-id=${random.hex(12)}`
      : `POST ${PROVIDER} timed out after 10000 ms (ETIMEDOUT 203.0.113.61:443)`,
  };
}
