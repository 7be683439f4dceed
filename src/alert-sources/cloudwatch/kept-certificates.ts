import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import type { SenderTools } from "../define.ts";

const MARK = "cloudwatch-certificates";
const MAX_KEPT = 8;
/** By the address that each came from; the newest last. */
const Kept = z.record(z.string(), z.string());

/** Null for what is no JSON: it is asked for again, which is better than never taking another alarm. */
function readJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "{}");
  } catch {
    return null;
  }
}

/**
 * Certificates that SNS handed out, over restarts: a known one is never asked for again, so that strangers who use up the
 * questions for a minute keep out no alarm that is signed with it.
 */
export class KeptCertificates {
  readonly #tools: Pick<SenderTools, "clock" | "marks" | "logger">;
  #known: Promise<ReadonlyMap<string, string>> | null = null;

  constructor(tools: Pick<SenderTools, "clock" | "marks" | "logger">) {
    this.#tools = tools;
  }

  /** The certificate in PEM; null when none is kept or it is over. Rejects when the database is away. */
  async at(url: string): Promise<string | null> {
    const pem = (await this.#read()).get(url);
    return pem !== undefined && this.#isValid(pem) ? pem : null;
  }

  /** Never rejects: what could not be kept is asked for once more after the next start. */
  async add(url: string, pem: string): Promise<void> {
    try {
      const others = [...(await this.#read())].filter(([known]) => known !== url);
      const all = new Map([...others, [url, pem] as const].slice(-MAX_KEPT));
      this.#known = Promise.resolve(all);
      await this.#tools.marks.set(DEFAULT_TENANT, MARK, JSON.stringify(Object.fromEntries(all)));
    } catch (error) {
      this.#tools.logger.warn({ err: error }, "a certificate of SNS could not be kept");
    }
  }

  /** Once: whoever sends something that nobody signed causes no further question to the database. */
  async #read(): Promise<ReadonlyMap<string, string>> {
    this.#known ??= this.#readStored();
    try {
      return await this.#known;
    } catch (error) {
      this.#known = null;
      throw error;
    }
  }

  async #readStored(): Promise<ReadonlyMap<string, string>> {
    const kept = Kept.safeParse(readJson(await this.#tools.marks.get(DEFAULT_TENANT, MARK)));
    return new Map(kept.success ? Object.entries(kept.data) : []);
  }

  #isValid(pem: string): boolean {
    try {
      return new X509Certificate(pem).validToDate.getTime() > this.#tools.clock.nowMs();
    } catch {
      return false;
    }
  }
}
