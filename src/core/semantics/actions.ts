import { type Safe, safe } from "../safe.ts";
import type { FailureCategory } from "./meaning.ts";

/** What to do about each kind of failure: a check that only reads first, then what usually helps. Shown, never run. */
export const ACTIONS: Readonly<Record<FailureCategory, readonly Safe[]>> = {
  "dependency-unreachable": [
    safe`Check that the called service runs and is reachable from the caller (endpoints, network policy).`,
    safe`Compare the configured address of the dependency with where it really listens.`,
  ],
  timeout: [
    safe`Compare the caller's timeout with how long the callee took before the incident.`,
    safe`Look at the callee's latency and its own dependencies.`,
  ],
  "connection-refused": [
    safe`Check that the process behind the refused host and port is running and listening.`,
    safe`Compare host and port in the caller's settings with the callee's.`,
  ],
  "name-resolution": [
    safe`Resolve the name from inside the caller's environment.`,
    safe`Check for a renamed service or a wrong host name in the settings; then the name servers.`,
  ],
  authentication: [
    safe`Check when the credentials used were last rotated or expired.`,
    safe`Compare the secret that the service has loaded with the current one.`,
  ],
  authorization: [safe`Check recent changes of roles, policies and service accounts for the caller.`],
  quota: [safe`Compare use with quota and free capacity.`, safe`Raise the quota or free what is not needed.`],
  memory: [
    safe`Look at memory against its limit since the last deploy, and at restarts.`,
    safe`Roll back the change that raised memory, or raise the limit for now.`,
  ],
  disk: [safe`Look at free space and inodes of the volume.`, safe`Free or enlarge the volume.`],
  "cpu-throttling": [
    safe`Look at processor use against its limit and at throttled time.`,
    safe`Add replicas or raise the limit.`,
  ],
  "connection-pool": [
    safe`Compare connections in use with the size of the pool and the server's limit.`,
    safe`Look for slow queries or connections that are not given back.`,
  ],
  "read-only": [safe`Check which node is primary and where the writer is connected to.`],
  deadlock: [safe`Look at the waiting locks and the transactions that hold them.`],
  data: [
    safe`Compare the schema that the running version expects with the database.`,
    safe`Check whether a migration is missing or ran too early.`,
  ],
  validation: [safe`Look at what callers send that is refused, and whether the contract changed.`],
  configuration: [
    safe`Compare the named setting with its value before the last deploy.`,
    safe`Put the previous value back, or roll back the change.`,
  ],
  certificate: [
    safe`Read the dates and names of the certificate that the server presents.`,
    safe`Renew the certificate and reload what serves it.`,
  ],
  "rate-limit": [
    safe`Compare the rate of calls with the limit, and look for retries that add to it.`,
    safe`Slow the caller down or ask for a higher limit.`,
  ],
  "image-or-startup": [
    safe`Read the last log lines and the exit code of the container that failed.`,
    safe`Roll back to the image that started.`,
  ],
  probe: [safe`Compare the probe's path, port and delay with what the container serves.`],
  "upstream-error": [safe`Look at the called service first: it answered with the error.`],
  "code-error": [
    safe`Read the innermost own frame of the exception and the last change of that file.`,
    safe`Roll back the deploy that brought the code.`,
  ],
  unknown: [safe`Read the first failing records in full.`],
};
