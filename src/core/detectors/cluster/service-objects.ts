import { type Safe, safe } from "../../safe.ts";
import { listAt, numberAt, selects, textAt, textsByName } from "./read.ts";
import type { ClusterObject, ClusterState, Pod, ServiceObject } from "./state.ts";

interface Known {
  readonly pods: readonly Pod[];
  readonly find: ClusterState["find"];
  readonly ofKind: ClusterState["ofKind"];
}

/** A Service with the pods that it selects and the addresses that it leads to. */
export function toServiceObject(object: ClusterObject, { pods, find, ofKind }: Known): ServiceObject {
  const { manifest, namespace, name } = object;
  const selector = textsByName(manifest, "spec", "selector");
  const endpoints = find("Endpoints", name, namespace);
  const slices = ofKind("EndpointSlice").filter(
    (each) =>
      each.namespace === namespace &&
      textAt(each.manifest, "metadata", "labels", "kubernetes.io/service-name") === name,
  );
  return {
    ...object,
    service: object.service ?? name,
    selector,
    ports: listAt(manifest, "spec", "ports").flatMap((each) => {
      const port = numberAt(each, "port");
      if (port === null) return [];
      const targetPort = textAt(each, "targetPort") ?? safe`${port}`;
      return [{ name: textAt(each, "name"), port, targetPort, protocol: textAt(each, "protocol") ?? safe`TCP` }];
    }),
    pods: pods.filter((pod) => pod.namespace === namespace && selects(selector, pod.labels)),
    addresses: addressesOf(endpoints, slices),
  };
}

function addressesOf(endpoints: ClusterObject | null, slices: readonly ClusterObject[]): readonly Safe[] | null {
  if (endpoints === null && slices.length === 0) return null;
  const found = [
    ...(endpoints === null ? [] : listAt(endpoints.manifest, "subsets").flatMap(ofSubset)),
    ...slices.flatMap(ofSlice),
  ];
  return [...new Set(found)].toSorted();
}

function ofSubset(subset: ClusterObject["manifest"]): readonly Safe[] {
  const ips = listAt(subset, "addresses").flatMap((each) => textAt(each, "ip") ?? []);
  return ips.flatMap((ip) => portsOf(subset).map((port) => safe`${ip}:${port}`));
}

function ofSlice({ manifest }: ClusterObject): readonly Safe[] {
  const ready = listAt(manifest, "endpoints").filter((each) => textAt(each, "conditions", "ready") !== "false");
  const ips = ready.flatMap((each) => listAt(each, "addresses").flatMap((ip) => textAt(ip) ?? []));
  return ips.flatMap((ip) => portsOf(manifest).map((port) => safe`${ip}:${port}`));
}

/** "8080/TCP" */
function portsOf(subset: ClusterObject["manifest"]): readonly Safe[] {
  return listAt(subset, "ports").flatMap((each) => {
    const port = numberAt(each, "port");
    return port === null ? [] : [safe`${port}/${textAt(each, "protocol") ?? safe`TCP`}`];
  });
}
