import type { Rule } from "../cluster/state.ts";
import { admission } from "./admission.ts";
import { containerStart } from "./container-start.ts";
import { databaseClients } from "./database-clients.ts";
import { databaseErrors } from "./database-errors.ts";
import { images } from "./images.ts";
import { nodeReach } from "./node-reach.ts";
import { nodeServices } from "./node-services.ts";
import { performanceLatency } from "./performance-latency.ts";
import { quotas } from "./quotas.ts";
import { routingEnvironment } from "./routing-environment.ts";
import { routingGateway } from "./routing-gateway.ts";
import { routingNames } from "./routing-names.ts";
import { routingPorts } from "./routing-ports.ts";
import { routingSelector } from "./routing-selector.ts";
import { runtimeMemory } from "./runtime-memory.ts";
import { runtimePorts } from "./runtime-ports.ts";
import { runtimeProbes } from "./runtime-probes.ts";
import { runtimeReplicas } from "./runtime-replicas.ts";
import { scheduling } from "./scheduling.ts";
import { volumeAccess } from "./volume-access.ts";
import { volumes } from "./volumes.ts";

/** Every rule over the state of a cluster, by the question that it answers. */
export const rules = {
  admission,
  "container-start": containerStart,
  images,
  quotas,
  scheduling,
  "volume-access": volumeAccess,
  volumes,
  "database-clients": databaseClients,
  "database-errors": databaseErrors,
  "node-reach": nodeReach,
  "node-services": nodeServices,
  "performance-latency": performanceLatency,
  "routing-environment": routingEnvironment,
  "routing-gateway": routingGateway,
  "routing-names": routingNames,
  "routing-ports": routingPorts,
  "routing-selector": routingSelector,
  "runtime-memory": runtimeMemory,
  "runtime-ports": runtimePorts,
  "runtime-probes": runtimeProbes,
  "runtime-replicas": runtimeReplicas,
} satisfies Record<string, Rule>;
