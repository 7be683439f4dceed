import { describe, expect, test } from "vitest";
import { aCluster, accused, app, type Spec, thing } from "../../../../test/support/cluster-state.ts";
import { containerStart } from "./container-start.ts";
import { images } from "./images.ts";

const IMAGE = "registry.example.com/shop/orders:1.2";

function unpulled(told: { readonly pod?: Spec; readonly image?: string } = {}) {
  const status = { state: { waiting: { reason: "ImagePullBackOff" } }, ready: false };
  return app("orders", { container: { image: told.image ?? IMAGE }, pod: told.pod ?? {}, status, ready: false });
}

function failed(why: string): readonly [string, string, string, number] {
  return ["Pod/orders-1", "Failed", `Failed to pull image "${IMAGE}": failed to resolve reference: ${why}`, 3];
}

describe("an image that is not pulled", () => {
  test.each([
    ["dial tcp: lookup registry.example.com on 10.0.0.10:53: no such host", "image-registry-dns-failure"],
    [`${IMAGE}: not found`, "incorrect-image-reference"],
    ["pull access denied, repository does not exist or may require authorization", "incorrect-image-reference"],
    ["failed to authorize: unexpected status: 401 Unauthorized", "missing-image-pull-secret"],
    ["failed to fetch anonymous token: 403 Forbidden", "missing-image-pull-secret"],
    ["connection reset by peer", "image-pull-failure"],
  ])("because of %j is a case of %s", (why, detail) => {
    const state = aCluster({ objects: unpulled(), events: [failed(why)] });
    expect(accused(images(state))).toEqual([`Deployment/orders: ${detail}`]);
  });

  test("is a wrong name where the same repository serves others without credentials", () => {
    const beside = app("billing", { container: { image: "registry.example.com/shop/billing:1.2" } });
    const state = aCluster({ objects: [...unpulled(), ...beside], events: [failed("403 Forbidden")] });
    expect(accused(images(state))).toEqual(["Deployment/orders: incorrect-image-reference"]);
  });

  test("is a matter of rights where the pod names credentials, although the registry does not say", () => {
    const pod = { imagePullSecrets: [{ name: "registry-login" }] };
    const state = aCluster({ objects: unpulled({ pod }), events: [failed("pull access denied or may not exist")] });
    expect(accused(images(state))).toEqual(["Deployment/orders: missing-image-pull-secret"]);
  });

  test("is forgotten once the container runs", () => {
    const state = aCluster({ objects: app("orders"), events: [failed("403 Forbidden")] });
    expect(images(state)).toEqual([]);
  });
});

describe("a container that waits for what it names", () => {
  const creating = { status: { state: { waiting: { reason: "CreateContainerConfigError" } } }, ready: false };
  const needs = { envFrom: [{ secretRef: { name: "orders-login" } }] };

  test("misses a secret that is not among those of its namespace", () => {
    const objects = [...app("orders", { ...creating, container: needs }), thing("SecretList", "all")];
    expect(accused(containerStart(aCluster({ objects })))).toEqual(["Deployment/orders: missing-secret-binding"]);
  });

  test.each([
    ['Error: secret "orders-login" not found', "missing-secret-binding"],
    ["Error: couldn't find key password in Secret shop/orders-login", "missing-secret-binding"],
    ['MountVolume.SetUp failed for volume "settings" : configmap "orders-settings" not found', "missing-config-map"],
  ])("is told so by the node: %s", (note, detail) => {
    const events = [["Pod/orders-1", "Failed", note, 9] as const];
    const state = aCluster({ objects: app("orders", creating), events });
    expect(accused(containerStart(state))).toEqual([`Deployment/orders: ${detail}`]);
  });

  test("misses a key of a secret that exists", () => {
    const env = [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "orders-login", key: "token" } } }];
    const secret = thing("Secret", "orders-login", { data: { user: "x" } });
    const objects = [...app("orders", { ...creating, container: { env } }), secret];
    expect(accused(containerStart(aCluster({ objects })))).toEqual(["Deployment/orders: missing-secret-binding"]);
  });

  test("accuses nobody where secrets were not read, where they are optional, or once it has run", () => {
    const optional = { envFrom: [{ secretRef: { name: "orders-login", optional: true } }] };
    const all = thing("SecretList", "all");
    expect(containerStart(aCluster({ objects: app("orders", { ...creating, container: needs }) }))).toEqual([]);
    expect(
      containerStart(aCluster({ objects: [...app("orders", { ...creating, container: optional }), all] })),
    ).toEqual([]);
    expect(containerStart(aCluster({ objects: [...app("orders", { container: needs }), all] }))).toEqual([]);
  });
});
