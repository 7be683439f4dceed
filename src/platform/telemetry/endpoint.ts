export type Endpoint =
  | { readonly status: "right"; readonly url: URL }
  | { readonly status: "wrong"; readonly problem: string };

/** Where traces go; null when no address was set. The one for traces alone is used as it is, the general one is a base. */
export function readEndpoint({
  base,
  traces,
}: {
  readonly base: string | undefined;
  readonly traces: string | undefined;
}): Endpoint | null {
  if (traces !== undefined) return checked("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", URL.parse(traces.trim()));
  if (base === undefined) return null;
  const url = URL.parse(base.trim());
  if (url !== null) url.pathname = `${url.pathname.replace(/\/+$/u, "")}/v1/traces`;
  return checked("OTEL_EXPORTER_OTLP_ENDPOINT", url);
}

function checked(name: string, url: URL | null): Endpoint {
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    return { status: "wrong", problem: `${name}: no address that begins with http:// or https://` };
  }
  if (url.username !== "" || url.password !== "") {
    return {
      status: "wrong",
      problem: `${name}: holds a name or password, which belong into OTEL_EXPORTER_OTLP_HEADERS`,
    };
  }
  return { status: "right", url };
}
