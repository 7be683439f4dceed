import { describe, expect, test } from "vitest";
import { ALL_SERVICES, aCluster, accused, app, service, thing, tried } from "../../../../test/support/cluster-state.ts";
import { routingEnvironment } from "./routing-environment.ts";
import { routingGateway } from "./routing-gateway.ts";
import { routingNames } from "./routing-names.ts";
import { routingPorts } from "./routing-ports.ts";
import { routingSelector } from "./routing-selector.ts";

const PORT = { ports: [{ containerPort: 8080 }] };
const ORDERS = app("orders", { container: PORT });
const routesOf = (orders: string) =>
  thing("ConfigMap", "gateway", {
    data: {
      "routes.yml": `routes:\n  - id: orders\n    uri: lb://${orders}\n    predicates:\n      - Path=/api/orders/**\n  - id: payments\n    uri: lb://payments\n    predicates:\n      - Path=/api/payments/**\n`,
    },
  });
const toldOrders = (name: string, value: string, more: readonly ReturnType<typeof thing>[] = []) =>
  aCluster({
    objects: [
      ...app("web", { container: { env: [{ name, value }] } }),
      ...ORDERS,
      service("orders"),
      ALL_SERVICES,
      ...more,
    ],
  });
const leadingTo = (port: object) => [...ORDERS, service("orders", { ports: [{ port: 80, ...port }] })];

describe("a selector", () => {
  test("that fits no pod accuses the workload that it is meant for", () => {
    const state = aCluster({ objects: [...ORDERS, service("orders", { selector: { role: "orders" } })] });
    expect(accused(routingSelector(state))).toEqual(["Deployment/orders: service-selector-mismatch"]);
  });

  test("that fits, or that would fit pods still to come, accuses nobody", () => {
    const waiting = app("billing", { replicas: 0 });
    const state = aCluster({ objects: [...ORDERS, ...waiting, service("orders"), service("billing")] });
    expect(routingSelector(state)).toEqual([]);
  });

  test("is not suspected while connections work", () => {
    const odd = service("orders", { selector: { role: "orders" } });
    const state = aCluster({ objects: [...ORDERS, odd, tried("orders", 80, { ok: true })] });
    expect(routingSelector(state)).toEqual([]);
  });

  test("of a Service that is meant for no workload is a leftover, unless somebody misses it", () => {
    const objects = [...ORDERS, service("legacy", { selector: { app: "legacy" } })];
    expect(routingSelector(aCluster({ objects }))).toEqual([]);
    expect(accused(routingSelector(aCluster({ objects: [...objects, tried("legacy", 80, { ok: false })] })))).toEqual([
      "Service/legacy: service-selector-mismatch",
    ]);
  });
});

describe("a Service's ports", () => {
  test.each([
    [{ targetPort: 9090 }, "service-port-mapping-mismatch"],
    [{ targetPort: "grpc" }, "service-port-mapping-mismatch"],
    [{ targetPort: 8080, protocol: "UDP" }, "service-protocol-mismatch"],
  ])("%o accuse the workload behind them", (port, detail) => {
    expect(accused(routingPorts(aCluster({ objects: leadingTo(port) })))).toEqual([`Deployment/orders: ${detail}`]);
  });

  test("that fit, that are reached all the same, or of containers that declare none accuse nobody", () => {
    const bare = [...app("orders"), service("orders", { ports: [{ port: 80, targetPort: 9090 }] })];
    const reached = [...leadingTo({ targetPort: 9090 }), tried("orders", 80, { ok: true })];
    for (const objects of [leadingTo({ targetPort: 8080 }), reached, bare])
      expect(routingPorts(aCluster({ objects }))).toEqual([]);
  });

  test("count more when connections fail", () => {
    const points = (objects: ReturnType<typeof leadingTo>) =>
      routingPorts(aCluster({ objects })).flatMap(({ reasons }) => reasons.map((reason) => reason.points));
    const objects = leadingTo({ targetPort: 9090 });
    expect(points([...objects, tried("orders", 80, { ok: false })])).toEqual([...points(objects), 400]);
  });
});

describe("an environment", () => {
  test.each([
    ["ORDERS_ADDR", "orders:81"],
    ["ORDERS_URL", "http://orders-old:80/api"],
    ["ORDERS_HOST", "order"],
    ["ORDERS_ADDR", "orders.shop.svc.cluster.local:81"],
  ])("with %s=%s accuses the caller", (name, value) => {
    expect(accused(routingEnvironment(toldOrders(name, value)))).toEqual([
      "Deployment/web: service-env-var-address-mismatch",
    ]);
  });

  test.each([
    ["ORDERS_ADDR", "orders:80"],
    ["ORDERS_URL", "http://orders/api"],
    ["CARDS_URL", "https://api.cards.example/v1"],
    ["LISTEN", "localhost:1"],
    ["MODE", "orderly"],
  ])("with %s=%s accuses nobody", (name, value) => {
    expect(routingEnvironment(toldOrders(name, value))).toEqual([]);
  });

  test("that names nothing like a Service is a leftover, unless the log complains", () => {
    const objects = [
      ...app("web", { container: { env: [{ name: "CHAT_ADDR", value: "assistant:80" }] } }),
      ALL_SERVICES,
    ];
    expect(routingEnvironment(aCluster({ objects }))).toEqual([]);
    const logs = [["web", "dial tcp: lookup assistant: i/o timeout"]] as const;
    expect(accused(routingEnvironment(aCluster({ objects, logs })))).toEqual([
      "Deployment/web: service-env-var-address-mismatch",
    ]);
  });

  test("with a database's port that its Service does not offer names the database's family", () => {
    const database = [
      ...app("store", { kind: "StatefulSet", container: { image: "mysql:8", ports: [{ containerPort: 3306 }] } }),
      service("store", { ports: [{ port: 3306 }] }),
    ];
    const state = aCluster({
      objects: [
        ...app("web", {
          container: {
            env: [
              { name: "DB_HOST", value: "store" },
              { name: "DB_PORT", value: "3307" },
            ],
          },
        }),
        ...database,
        ALL_SERVICES,
      ],
    });
    expect(accused(routingEnvironment(state))).toEqual(["Deployment/web: mysql-invalid-port"]);
  });
});

describe("name resolution", () => {
  const failing = ["web", "java.net.UnknownHostException: orders: Temporary failure in name resolution"] as const;

  test("that fails for a Service that exists accuses the workload with a resolver of its own", () => {
    const pod = { dnsPolicy: "None", dnsConfig: { nameservers: ["10.9.9.9"] } };
    const state = aCluster({ objects: [...app("web", { pod }), ...ORDERS, service("orders")], logs: [failing] });
    expect(accused(routingNames(state))).toEqual(["Deployment/web: service-dns-resolution-failure"]);
  });

  test("that failed while the system started is forgotten once all pods are ready", () => {
    const state = aCluster({ objects: [...app("web"), ...ORDERS, service("orders")], logs: [failing] });
    expect(routingNames(state)).toEqual([]);
  });

  test("of a name that does not exist but reads like one that does accuses who calls it", () => {
    const state = aCluster({
      objects: [...app("web", { ready: false }), ...ORDERS, service("orders"), ALL_SERVICES],
      logs: [["web", "getaddrinfo ENOTFOUND orderz"]],
    });
    expect(accused(routingNames(state))).toEqual(["Deployment/web: service-env-var-address-mismatch"]);
  });
});

describe("a gateway", () => {
  const PAYMENTS = [...app("payments", { container: PORT }), service("payments")];
  const base = [...ORDERS, service("orders"), ...PAYMENTS];

  test("that sends a failing path to another Service accuses it in the name of the one that waits", () => {
    const state = aCluster({
      objects: [...base, routesOf("payments")],
      alerts: [{ service: "orders", attributes: { path: "/api/orders/list" } }],
    });
    expect(accused(routingGateway(state))).toEqual(["Deployment/orders: gateway-misrouted"]);
  });

  test("is suspected without an alert when a Service gets nothing and its path goes elsewhere", () => {
    expect(accused(routingGateway(aCluster({ objects: [...base, routesOf("payments")] })))).toEqual([
      "Deployment/orders: gateway-misrouted",
    ]);
  });

  test("whose routes lead where they read accuses nobody, whatever fails", () => {
    const alerts = [{ service: "orders", attributes: { path: "/api/orders/list" } }];
    expect(routingGateway(aCluster({ objects: [...base, routesOf("${ORDERS_HOST:orders}")], alerts }))).toEqual([]);
  });

  test("that names a port which the Service does not offer is found in Ingresses and proxy files", () => {
    const ingress = thing("Ingress", "shop", {
      spec: {
        rules: [{ http: { paths: [{ path: "/", backend: { service: { name: "orders", port: { number: 81 } } } }] } }],
      },
    });
    const proxy = thing("ConfigMap", "proxy", {
      data: { conf: "location /api {\n  proxy_pass http://payments:81/;\n}" },
    });
    expect(accused(routingGateway(aCluster({ objects: [...base, ingress, proxy] })))).toEqual([
      "Deployment/orders: gateway-misrouted",
      "Deployment/payments: gateway-misrouted",
    ]);
  });
});
