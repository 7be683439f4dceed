import { epochMs } from "../../core/ids.ts";
import type { ToldAlert } from "../alerts.ts";
import { travel } from "../casts/travel.ts";
import { githubDeployment, plainChange } from "../changes.ts";
import { MINUTE_MS, playDay, SECOND_MS } from "../play-day.ts";
import type { Variant } from "../scenario.ts";
import type { Stage } from "../stage.ts";
import type { Fault } from "../traffic.ts";

/** A schema migration locks the one table that everybody needs: six services, forty alerts, one root. */
export const alertStorm: Variant = {
  cast: {
    ...travel,
    // Everybody asks the ledger before answering.
    routes: travel.routes.map((route) =>
      route.chain.includes("ledger") ? route : { ...route, chain: [...route.chain, "ledger"] },
    ),
  },
  alertAt: epochMs(Date.UTC(2026, 9, 14, 22, 51)),
  afterAlertMs: 6 * MINUTE_MS,
  play(stage) {
    const migratedAt = stage.alertAt - 150 * SECOND_MS;
    playDay(stage, [locked(migratedAt + 12 * SECOND_MS, stage.toMs)]);
    stage.changes.push(
      githubDeployment({
        atMs: stage.alertAt - 18 * MINUTE_MS,
        service: "seats",
        kind: "deploy",
        ref: "2026.10.14-3",
        by: "mokafor",
        summary: "Seat maps for two more aircraft",
      }),
      plainChange({
        atMs: migratedAt,
        service: "ledger",
        kind: "migration",
        ref: "20261014-entries-index",
        by: "tnakagawa",
        summary: "Migration: index on ledger_entries(member_id)",
        files: [
          {
            path: "migrations/20261014_entries_index.sql",
            diff: ["+CREATE INDEX ledger_entries_member ON ledger_entries (member_id);"],
          },
        ],
      }),
    );
    return storm(stage);
  },
};

function locked(fromMs: number, toMs: number): Fault {
  return {
    service: "ledger",
    fromMs,
    toMs,
    share: () => 0.93,
    own: () => [
      {
        severity: "ERROR",
        body: "insert into ledger_entries failed: canceling statement due to lock timeout (SQLSTATE 55P03), waiting for ShareLock on relation ledger_entries",
      },
    ],
    seenAs: () => "rpc error: code = DeadlineExceeded desc = ledger gave no answer in 800 ms",
    edgeStatus: 504,
    hangMs: 800,
    attempts: 2,
    clientRetries: 1,
  };
}

const TITLES = [
  "error ratio above 5 %",
  "p95 latency above 2 s",
  "error budget burns 14x",
  "success of synthetic check below 95 %",
  "requests waiting above 100",
  "availability below 99 %",
  "throughput below half of last week",
] as const;

/** Symptoms alert first at the top, where users are; the root is neither the first nor the loudest. */
function storm(stage: Stage): readonly ToldAlert[] {
  const order = ["edge", "booking", "fares", "loyalty", "seats", "ledger"];
  const alerts = TITLES.flatMap((title, round) =>
    order.map((service, index) => ({
      atMs: stage.alertAt + (round * 27 + index * 4) * SECOND_MS,
      service,
      title: `${service}: ${title}`,
    })),
  );
  // The ledger itself has only two of these alerts.
  return alerts.filter(({ service, title }) => service !== "ledger" || /budget|waiting/u.test(title));
}
