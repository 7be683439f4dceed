/** Where this machine reaches what listens on this host. */
export function localUrl(host: string, port: number): string {
  const here = ["0.0.0.0", "::"].includes(host) ? "127.0.0.1" : host;
  return `http://${here.includes(":") ? `[${here}]` : here}:${port}`;
}
