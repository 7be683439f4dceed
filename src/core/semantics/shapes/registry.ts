import { CLOUD_SHAPES } from "./clouds.ts";
import { KUBERNETES_SHAPES } from "./kubernetes.ts";
import { MESSAGING_SHAPES } from "./messaging.ts";
import { OTHER_DATABASE_SHAPES } from "./other-databases.ts";
import { POSTGRES_SHAPES } from "./postgres.ts";
import { PROTOCOL_SHAPES } from "./protocols.ts";
import { PROXY_SHAPES } from "./proxies.ts";
import { NODE_AND_JVM_SHAPES } from "./runtimes-node-jvm.ts";
import { OTHER_RUNTIME_SHAPES } from "./runtimes-other.ts";
import { PYTHON_AND_DOTNET_SHAPES } from "./runtimes-python-dotnet.ts";
import type { ShapeFamily } from "./shape.ts";
import { SQL_SHAPES } from "./sql-databases.ts";
import { SYSTEM_SHAPES } from "./system.ts";

/** Every family of well-known errors, in the order in which docs/error-shapes.md lists them. */
export const SHAPE_FAMILIES: readonly ShapeFamily[] = [
  ...SYSTEM_SHAPES,
  ...NODE_AND_JVM_SHAPES,
  ...PYTHON_AND_DOTNET_SHAPES,
  ...OTHER_RUNTIME_SHAPES,
  ...POSTGRES_SHAPES,
  ...SQL_SHAPES,
  ...OTHER_DATABASE_SHAPES,
  ...PROTOCOL_SHAPES,
  ...PROXY_SHAPES,
  ...MESSAGING_SHAPES,
  ...KUBERNETES_SHAPES,
  ...CLOUD_SHAPES,
];
