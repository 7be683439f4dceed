import { expect, test } from "vitest";
import { isLossOfSupply, kindOfSeries, resourceOf } from "./resources.ts";

test.each([
  ["container_cpu_usage_seconds_total", "cpu"],
  ["NodeLoadHigh load5", "cpu"],
  ["container_memory_working_set_bytes", "memory"],
  ["system.mem.used", "memory"],
  ["node_filesystem_avail_bytes", "disk-space"],
  ["system.disk.pct_usage", "disk-space"],
  ["container_fs_reads_total", "disk-read"],
  ["docker_diskio_write_bytes", "disk-write"],
  ["system.io.w_s", "disk-write"],
  ["iostat_await", "disk"],
  ["container_network_receive_packets", "network"],
  ["tcp_retransmissions", "network"],
  ["container_threads", "processes"],
  ["kube_pod_container_status_restarts_total", "restarts"],
  ["http_request_duration_seconds", "requests"],
  ["grpc_success_rate", "requests"],
  ["HighErrorRate errors", "requests"],
  ["keyspace_ttl", "other"],
])("%s is about %s", (metric, resource) => {
  expect(resourceOf(metric)).toBe(resource);
});

test("numbered copies are one kind of series, directions are two", () => {
  expect(kindOfSeries("cpu_core_3_pct", "up")).toBe(kindOfSeries("cpu.core.12.pct", "up"));
  expect(kindOfSeries("cpu_core_3_pct", "up")).not.toBe(kindOfSeries("cpu_core_3_pct", "down"));
});

test("a fall is the trouble itself where supply falls", () => {
  expect(isLossOfSupply(kindOfSeries("grpc_success_rate", "down"))).toBe(true);
  expect(isLossOfSupply(kindOfSeries("memory_used", "down"))).toBe(false);
  expect(isLossOfSupply(kindOfSeries("memory_free", "up"))).toBe(false);
});
