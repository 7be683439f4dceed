import type { Json } from "../../event.ts";
import { safe } from "../../safe.ts";
import { at, flagAt, listAt, numberAt, textAt } from "./read.ts";
import type { Container, ContainerStatus, EnvVar } from "./state.ts";

/** The containers that a pod spec declares, init containers last, each with its status where one is given. */
export function containersOf(podSpec: Json, status: Json = null): readonly Container[] {
  return [
    ...listAt(podSpec, "containers").map((spec) => toContainer(spec, listAt(status, "containerStatuses"), false)),
    ...listAt(podSpec, "initContainers").map((spec) =>
      toContainer(spec, listAt(status, "initContainerStatuses"), true),
    ),
  ];
}

function toContainer(spec: Json, statuses: readonly Json[], isInit: boolean): Container {
  const name = textAt(spec, "name") ?? safe`unnamed`;
  const status = statuses.find((each) => textAt(each, "name") === name) ?? null;
  return {
    name,
    isInit,
    image: textAt(spec, "image"),
    ports: listAt(spec, "ports").flatMap((each) => {
      const port = numberAt(each, "containerPort");
      return port === null
        ? []
        : [{ name: textAt(each, "name"), port, protocol: textAt(each, "protocol") ?? safe`TCP` }];
    }),
    env: listAt(spec, "env").map(toVariable),
    envFrom: listAt(spec, "envFrom").flatMap(sourcesOf),
    liveness: at(spec, "livenessProbe"),
    readiness: at(spec, "readinessProbe"),
    startup: at(spec, "startupProbe"),
    spec,
    status: status === null ? null : toStatus(status),
  };
}

function toVariable(spec: Json): EnvVar {
  const secret = referenceIn(spec, "secretKeyRef", "Secret");
  return {
    name: textAt(spec, "name") ?? "",
    value: textAt(spec, "value"),
    from: secret ?? referenceIn(spec, "configMapKeyRef", "ConfigMap"),
  };
}

function referenceIn(spec: Json, field: string, kind: "Secret" | "ConfigMap"): EnvVar["from"] {
  const reference = at(spec, "valueFrom", field);
  const name = textAt(reference, "name");
  if (name === null) return null;
  return { kind, name, key: textAt(reference, "key"), isOptional: flagAt(reference, "optional") };
}

function sourcesOf(spec: Json): Container["envFrom"] {
  const secret = textAt(spec, "secretRef", "name");
  const configMap = textAt(spec, "configMapRef", "name");
  return [
    ...(secret === null
      ? []
      : [{ kind: "Secret" as const, name: secret, isOptional: flagAt(spec, "secretRef", "optional") }]),
    ...(configMap === null
      ? []
      : [{ kind: "ConfigMap" as const, name: configMap, isOptional: flagAt(spec, "configMapRef", "optional") }]),
  ];
}

function toStatus(status: Json): ContainerStatus {
  const now = at(status, "state", "terminated");
  const before = at(status, "lastState", "terminated");
  const ended = now === null ? before : now;
  return {
    isReady: flagAt(status, "ready"),
    restarts: numberAt(status, "restartCount") ?? 0,
    waiting: textAt(status, "state", "waiting", "reason"),
    message: textAt(status, "state", "waiting", "message"),
    isRunning: at(status, "state", "running") !== null,
    ended:
      ended === null
        ? null
        : { reason: textAt(ended, "reason"), exitCode: numberAt(ended, "exitCode"), isNow: now !== null },
  };
}
