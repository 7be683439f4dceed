import { describe, expect, test } from "vitest";
import { at, WINDOW, words } from "../../../../test/support/observations.ts";
import { aMetric, seen } from "../../../../test/support/timeline-records.ts";
import type { Event, LogEvent, MetricEvent } from "../../event.ts";
import { epochMs, eventId } from "../../ids.ts";
import type { Finding } from "../finding.ts";
import { database } from "./index.ts";

const MINUTE_MS = 60_000;

interface Told {
  readonly unit?: string;
  readonly server?: string;
  readonly attributes?: MetricEvent["attributes"];
  readonly fromMs?: number;
}

/** One reading a minute; the last one stands at the end of the window unless it is told when the first is. */
function series(name: string, values: readonly number[], told: Told = {}): readonly MetricEvent[] {
  const { unit = "1", server = "orders-db", attributes = {} } = told;
  const fromMs = told.fromMs ?? WINDOW.toMs - values.length * MINUTE_MS;
  return values.map((value, index) => {
    const reading = aMetric(name, value, fromMs + index * MINUTE_MS);
    const id = eventId("metrics", [server, name, index, ...Object.values(attributes)].join("/"));
    return { ...reading, id, service: words(server), unit: words(unit), attributes };
  });
}

function notice(server: string, clock: string, body: string): LogEvent {
  const { atNs, observedNs, ref, source, traceId, spanId, requestId } = aMetric("x", 0, at(clock));
  const place = { atNs, observedNs, ref, source, traceId, spanId, requestId, host: null, service: words(server) };
  return {
    ...place,
    id: eventId("notices", `${server}${clock}`),
    kind: "log",
    severity: "unspecified",
    body: words(body),
    attributes: {},
    exception: null,
  };
}

const findingsOf = (events: readonly Event[]): readonly Finding[] => database(seen(events));

const details = (events: readonly Event[]): readonly string[] =>
  findingsOf(events).map(({ service, detail, isActive }) => `${service} ${detail} ${isActive ? "now" : "passed"}`);

function times(count: number, value: number): readonly number[] {
  return Array.from({ length: count }, () => value);
}

const quiet = series("DatabaseConnections", times(20, 80));

describe("what is used up", () => {
  test("connections count against the limit that the server tells, in metrics or in words", () => {
    const rising = series("DatabaseConnections", [...times(10, 90), 120, 160, 196, 198, 199, 200]);
    const told = notice("orders-db", "01:50:00", "DB instance orders-db: current connections: 160 of 200.");

    expect(details(rising)).toEqual([]);
    expect(details([...rising, told])).toEqual(["orders-db connection-pool now"]);
    expect(details([...rising, ...series("max_connections", times(16, 200))])).toEqual([
      "orders-db connection-pool now",
    ]);
    expect(details([...rising, ...series("max_connections", times(16, 400))])).toEqual([]);
  });

  test("storage counts when it is gone, or will be within the hour, and not when it only shrinks", () => {
    const gone = series("FreeStorageSpace", times(20, 0.4 * 2 ** 30), { unit: "By" });
    const going = series(
      "FreeStorageSpace",
      [90, 90, 90, 90, 80, 68, 55, 44, 30, 19, 11].map((gib) => gib * 2 ** 30),
      { unit: "By" },
    );
    const used = series(
      "FreeStorageSpace",
      [90, 89.9, 89.8, 89.7, 89.6, 89.5, 89.4, 89.3].map((gib) => gib * 2 ** 30),
      { unit: "By" },
    );

    expect(details(gone)).toEqual(["orders-db disk now"]);
    expect(details(going)).toEqual(["orders-db disk now"]);
    expect(details(used)).toEqual([]);
  });

  test("a busy processor of a database counts; of a service that is none it is another layer's matter", () => {
    const busy = series("CPUUtilization", [...times(10, 30), ...times(8, 97)], { unit: "%" });

    expect(details([...quiet, ...busy])).toEqual(["orders-db cpu-saturation now"]);
    expect(details(busy)).toEqual([]);
  });
});

describe("replicas", () => {
  const lag = series("ReplicaLag", [2, 3, 2, 60, 190, 320, 450, 560, 700, 830], { server: "orders-db-r1", unit: "s" });
  const writes = series("TransactionLogsGeneration", [4e6, 4e6, 9e7, ...times(7, 1.8e8)], { unit: "By/s" });

  test("a replica that falls behind is the matter of the primary that writes many times more than before", () => {
    const [found] = findingsOf([...lag, ...writes]);

    expect(found).toMatchObject({
      service: "orders-db",
      object: "orders-db-r1",
      detail: "replication-lag",
      isActive: true,
    });
    expect(found?.summary).toContain("13 min 50 s behind its primary");
    expect(found?.reasons.map(({ signal }) => signal)).toContain("database-writes");
  });

  test("without such a writer it is its own", () => {
    expect(details(lag)).toEqual(["orders-db-r1 replication-lag now"]);
  });

  test("a notice is about the instance that it names, whoever sends it", () => {
    const calm = series("ReplicaLag", times(12, 1), { server: "orders-db-r1", unit: "s" });
    const behind = notice("orders-db", "01:50:00", "Replication lag on orders-db-r1 has exceeded 60 seconds.");

    expect(details([...quiet, behind])).toEqual(["orders-db replication-lag now"]);
    expect(details([...quiet, ...calm, behind])).toEqual([]);
  });

  test("where the lag was not measured its notices stand for it, until one says that it is over", () => {
    const behind = notice(
      "orders-db-r1",
      "01:50:00",
      "Read replica orders-db-r1 replication lag has exceeded 900 seconds.",
    );
    const over = notice("orders-db-r1", "01:55:00", "Read replica orders-db-r1 has caught up with its primary.");

    expect(details([...writes, behind])).toEqual(["orders-db replication-lag now"]);
    expect(details([...writes, behind, over])).toEqual(["orders-db replication-lag passed"]);
  });
});

describe("sessions that pile up", () => {
  const load = series("db.load.avg", [1, 1, 1.2, 4, ...times(8, 14)], { unit: "{session}" });
  const wait = (type: string, sessions: number) =>
    series("db.load.avg", [sessions], {
      attributes: { "db.wait_event.name": words(`${type}:any`), "db.wait_event.type": words(type) },
    });

  test("are named after what most of them wait for", () => {
    expect(details([...load, ...wait("Lock", 11)])).toEqual(["orders-db lock-contention now"]);
    expect(details([...load, ...wait("IO", 11)])).toEqual(["orders-db io-saturation now"]);
  });

  test("are nothing without a reason that most of them share, or at their usual number", () => {
    const usual = series("db.load.avg", times(12, 14), { unit: "{session}" });

    expect(details([...load, ...wait("Lock", 5)])).toEqual([]);
    expect(details([...load, ...wait("Client", 11)])).toEqual([]);
    expect(details([...usual, ...wait("Lock", 11)])).toEqual([]);
  });
});

describe("silence", () => {
  test("numbers that are as ever say nothing", () => {
    const sawtooth = Array.from({ length: 20 }, (_, index) => (40 - (index % 5)) * 1e9);
    const wobbling = Array.from({ length: 20 }, (_, index) => 55 + (index % 7));

    expect(
      details([
        ...quiet,
        ...series("FreeableMemory", sawtooth, { unit: "By" }),
        ...series("CPUUtilization", wobbling, { unit: "%" }),
        ...series("FreeStorageSpace", times(20, 2e11), { unit: "By" }),
        ...series("ReadLatency", times(20, 1.1), { unit: "ms" }),
      ]),
    ).toEqual([]);
  });

  test("one reading over a level is a hiccup", () => {
    const spike = series("CPUUtilization", [...times(9, 30), 99, 98, ...times(9, 30)], { unit: "%" });

    expect(details([...quiet, ...spike])).toEqual([]);
  });

  test("what is back at its usual level has passed, whatever the alert says", () => {
    const low = [...times(4, 30), 22, 17, 12, 8, 5, 3, 110, ...times(6, 200)].map((gib) => gib * 2 ** 30);
    const storage = series("FreeStorageSpace", low, { unit: "By" });

    expect(details(storage)).toEqual(["orders-db disk passed"]);
  });

  test("a server that was always this busy is busy as ever", () => {
    const busy = series("CPUUtilization", times(100, 93), { unit: "%" });

    expect(details([...quiet, ...busy])).toEqual([]);
  });

  test("an application that complains about its storage is no managed database", () => {
    const line = notice("orders", "01:50:00", "no space left on device while writing storage segment");

    expect(details([...quiet, line])).toEqual([]);
  });
});

describe("answers", () => {
  test("what most sessions ran and waited for is named with its share of the load", () => {
    const rising = series("ReplicaLag", [1, 1, 1, ...times(8, 300)], { server: "orders-db", unit: "s" });
    const load = series("db.load.avg", times(11, 6), { unit: "{session}" });
    const statement = series("db.load.avg", [4.5], {
      attributes: { "db.query.text": words("UPDATE baskets SET x = $1") },
    });
    const wait = series("db.load.avg", [3], {
      attributes: { "db.wait_event.name": words("WAL:Write"), "db.wait_event.type": words("WAL") },
    });

    const reasons = findingsOf([...rising, ...load, ...statement, ...wait]).flatMap((found) => found.reasons);

    expect(reasons.find(({ signal }) => signal === "database-load")?.because).toBe(
      '4.5 of 6.0 sessions at work run "UPDATE baskets SET x = $1", most of them waiting for WAL:Write',
    );
  });

  test("every reason cites records that exist, and order changes nothing", () => {
    const events = [
      ...quiet,
      ...series("ReplicaLag", [1, 2, 1, ...times(8, 300)], { server: "orders-db-r1", unit: "s" }),
      ...series("FreeStorageSpace", times(9, 1e8), { unit: "By" }),
    ];
    const found = findingsOf(events);
    const known = new Set(events.map(({ id }) => id));

    expect(found).toHaveLength(2);
    expect(
      found.flatMap(({ reasons }) => reasons).every(({ evidenceIds }) => evidenceIds.every((id) => known.has(id))),
    ).toBe(true);
    expect(findingsOf(events.toReversed())).toEqual(found);
    expect(found.every(({ firstAtMs }) => firstAtMs !== null && firstAtMs >= epochMs(WINDOW.fromMs))).toBe(true);
  });
});
