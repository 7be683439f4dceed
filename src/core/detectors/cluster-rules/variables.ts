import type { EventId } from "../../ids.ts";
import { type Safe, sliceSafe } from "../../safe.ts";
import { compareNames, textsByName } from "../cluster/read.ts";
import type { ClusterState, Container, Workload } from "../cluster/state.ts";

/** An environment variable as the containers of a workload see it. The values of secrets are not read, so they are missing. */
export interface Variable {
  readonly name: string;
  readonly value: Safe;
  /** The workload, and the config map where it comes from one. */
  readonly ids: readonly EventId[];
}

/** A place that a variable tells its program to call. */
export interface Address {
  readonly variable: Variable;
  readonly host: Safe;
  readonly port: number | null;
}

/** More variables or addresses than this in one workload are not looked at. */
const MAX_VARIABLES = 500;

/** What the containers of a workload are told, by name; the same name and value once. */
export function variablesOf(workload: Workload, state: ClusterState): readonly Variable[] {
  const found = workload.containers.flatMap((container) => ofContainer(container, { workload, state }));
  const once = new Map(found.map((each) => [`${each.name}\u0000${each.value}`, each]));
  return [...once.values()].toSorted((a, b) => compareNames(a.name, b.name)).slice(0, MAX_VARIABLES);
}

interface Place {
  readonly workload: Workload;
  readonly state: ClusterState;
}

function ofContainer({ env, envFrom }: Container, place: Place): readonly Variable[] {
  const { workload } = place;
  const own = env.flatMap(({ name, value, from }) => {
    if (value !== null) return [{ name, value, ids: [workload.id] }];
    if (from?.kind !== "ConfigMap" || from.key === null) return [];
    const { key } = from;
    return dataOf(from.name, place).flatMap((each) => (each.name === key ? [{ ...each, name }] : []));
  });
  return [...own, ...envFrom.flatMap(({ kind, name }) => (kind === "ConfigMap" ? dataOf(name, place) : []))];
}

function dataOf(name: Safe, { workload, state }: Place): readonly Variable[] {
  const map = state.find("ConfigMap", name, workload.namespace);
  if (map === null) return [];
  return [...textsByName(map.manifest, "data")].map(([key, value]) => ({
    name: key,
    value,
    ids: [workload.id, map.id],
  }));
}

const HOST =
  /^(?:[a-z][\w+.:-]*:\/\/)?(?:[^@/\s]*@)?(?<host>[a-z](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)(?::(?<port>\d{1,5}))?(?:[/?;].*)?$/u;
const SCHEME = /^[a-z][\w+.:-]*:\/\//u;
const HOST_NAME = /(?:HOST|HOSTNAME|ADDR|ADDRS|ADDRESS|ENDPOINT|SERVER|SERVERS|BROKERS?)$/iu;

/** The places that variables name: "orders:8080", "http://orders/api", or a bare name where the variable is called a host. */
export function addressesIn(variables: readonly Variable[]): readonly Address[] {
  const found = variables.flatMap((variable) => pieces(variable).flatMap((piece) => addressOf(variable, piece)));
  return found.map((address) =>
    address.port === null ? { ...address, port: portBeside(address, variables) } : address,
  );
}

/** "a:1,b:2" names two places. */
function pieces({ value }: Variable): readonly Safe[] {
  const found: Safe[] = [];
  let from = 0;
  for (const part of value.split(",").slice(0, 8)) {
    found.push(sliceSafe(value, from, from + part.length));
    from += part.length + 1;
  }
  return found;
}

function addressOf(variable: Variable, piece: Safe): readonly Address[] {
  const { host = "localhost", port } = HOST.exec(piece)?.groups ?? {};
  const scheme = SCHEME.exec(piece)?.[0] ?? "";
  const isNamed = [port, scheme].some(Boolean) || HOST_NAME.test(variable.name);
  const start = piece.indexOf(host, scheme.length);
  if (host === "localhost" || !isNamed || start < 0) return [];
  return [{ variable, host: sliceSafe(piece, start, start + host.length), port: numberOf(port) }];
}

function numberOf(port: string | undefined): number | null {
  return port === undefined ? null : Number(port);
}

/** ORDERS_PORT beside ORDERS_HOST. */
function portBeside({ variable, host }: Address, variables: readonly Variable[]): number | null {
  if (SCHEME.test(variable.value) || variable.value !== host) return null;
  const wanted = variable.name.replace(HOST_NAME, "PORT");
  const beside = variables.find(({ name }) => name === wanted && name !== variable.name);
  return beside !== undefined && /^\d{1,5}$/u.test(beside.value) ? Number(beside.value) : null;
}
