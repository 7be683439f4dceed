import { describe, expect, test } from "vitest";
import { aCluster, accused, app, service } from "../../../../test/support/cluster-state.ts";
import { databaseClients } from "./database-clients.ts";
import { databaseErrors } from "./database-errors.ts";

const mysql = (name: string, told: object = {}) =>
  app(name, { kind: "StatefulSet", container: { image: "mysql:8" }, ...told });
const started = (at: string) => ({ status: { state: { running: { startedAt: at } } } });

describe("a database", () => {
  test.each([
    ["Too many connections", "db-connection-exhaustion"],
    ["The MySQL server is running with the --read-only option so it cannot execute this statement", "db-readonly-mode"],
  ])("of which clients report %s is accused, not they", (line, detail) => {
    const objects = [...mysql("store"), ...app("orders", { ready: false }), ...app("billing", { ready: false })];
    const state = aCluster({
      objects,
      logs: [
        ["orders", line],
        ["billing", line],
      ],
    });
    expect(accused(databaseErrors(state))).toEqual([`StatefulSet/store: ${detail}`]);
  });

  test("that its clients are told to call is meant, not another one", () => {
    const env = [{ name: "DB_HOST", value: "store-leader" }];
    const leader = service("store-leader", { selector: { app: "store" }, ports: [{ port: 3306 }] });
    const objects = [...mysql("archive"), ...mysql("store"), leader, ...app("orders", { container: { env } })];
    expect(accused(databaseErrors(aCluster({ objects, logs: [["orders", "Too many connections"]] })))).toEqual([
      "StatefulSet/store: db-connection-exhaustion",
    ]);
  });

  test("that was started last is meant when nothing tells them apart", () => {
    const objects = [
      ...mysql("archive", started("2026-11-01T00:00:00.000Z")),
      ...mysql("store", started("2026-11-21T01:40:00.000Z")),
      ...app("orders"),
    ];
    expect(accused(databaseErrors(aCluster({ objects, logs: [["orders", "Too many connections"]] })))).toEqual([
      "StatefulSet/store: db-connection-exhaustion",
    ]);
  });

  test("of which nobody complains is not accused", () => {
    const objects = [...mysql("store"), ...app("orders")];
    expect(databaseErrors(aCluster({ objects, logs: [["orders", "0 errors"]] }))).toEqual([]);
  });
});

describe("a client", () => {
  const denied = "java.sql.SQLException: Access denied for user 'app'@'10.0.0.9' (using password: YES)";
  const refused =
    "com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure\nCaused by: java.net.ConnectException: Connection refused";

  test.each([
    [denied, "mysql-invalid-credentials"],
    [refused, "mysql-invalid-port"],
  ])("that alone fails at a healthy database is accused: %s", (line, detail) => {
    const objects = [...mysql("store"), ...app("orders", { ready: false }), ...app("billing")];
    expect(accused(databaseClients(aCluster({ objects, logs: [["orders", line]] })))).toEqual([
      `Deployment/orders: ${detail}`,
    ]);
  });

  test("that is refused by a database which is down itself is not accused", () => {
    const objects = [...mysql("store", { ready: false }), ...app("orders", { ready: false })];
    expect(databaseClients(aCluster({ objects, logs: [["orders", refused]] }))).toEqual([]);
  });

  test("that is well now, or a database that logs whom it turned away, is not accused", () => {
    const objects = [...mysql("store", { ready: false }), ...app("orders")];
    expect(
      databaseClients(
        aCluster({
          objects,
          logs: [
            ["orders", denied],
            ["store", denied],
          ],
        }),
      ),
    ).toEqual([]);
  });
});
