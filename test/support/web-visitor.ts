/** A browser as far as votes go: it keeps its cookies and knows the token of the page it opened. */
export interface WebVisitor {
  /** The page's markup; opening it again shows what is newer. */
  open(incident: string): Promise<string>;
  /** Votes as the page's script does. */
  vote(
    incident: string,
    vote: { readonly hypothesisId: string; readonly verdict: string; readonly name?: string },
  ): Promise<Response>;
}

/** A visitor of this site who has no cookie yet. */
export function webVisitor(url: string): WebVisitor {
  const cookies = new Map<string, string>();
  let token = "";
  const keep = (response: Response) => {
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
      cookies.set(name, value);
    }
    return response;
  };
  const cookie = () => [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  return {
    open: async (incident) => {
      const page = keep(await fetch(`${url}/i/${incident}`, { headers: { cookie: cookie() } }));
      const markup = await page.text();
      token = /name="token" value="([^"]+)"/u.exec(markup)?.[1] ?? "";
      return markup;
    },
    vote: async (incident, vote) =>
      keep(
        await fetch(`${url}/i/${incident}/feedback`, {
          method: "POST",
          headers: { cookie: cookie(), origin: url, "content-type": "application/json", "x-traceops-token": token },
          body: JSON.stringify(vote),
        }),
      ),
  };
}
