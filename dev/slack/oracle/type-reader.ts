/** A type of the declaration files, as far as values of JSON can show it. */
export type Shape =
  | { readonly kind: "any" }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  | { readonly kind: "primitive"; readonly name: string }
  | { readonly kind: "array"; readonly of: Shape }
  | { readonly kind: "object"; readonly members: ReadonlyMap<string, Member> }
  | { readonly kind: "union"; readonly of: readonly Shape[] }
  | { readonly kind: "both"; readonly of: readonly Shape[] }
  | { readonly kind: "ref"; readonly name: string };

export interface Member {
  readonly isOptional: boolean;
  readonly shape: Shape;
}

const TOKEN = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'[^']*'|"[^"]*"|\d+(?:\.\d+)?|[A-Za-z_$][\w$]*|[{}[\]()<>|&?:;,=.]/gu;
const PRIMITIVES = new Set(["string", "number", "boolean", "null", "undefined"]);

/** Reads the interfaces and types of declaration files; enough of the language for plain data, nothing more. */
export function readTypes(source: string): ReadonlyMap<string, Shape> {
  const tokens = [...source.matchAll(TOKEN)].map(([token]) => token).filter((token) => !/^\/[*/]/u.test(token));
  return new Reader(tokens).declarations();
}

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  declarations(): ReadonlyMap<string, Shape> {
    const found = new Map<string, Shape>();
    while (this.#at < this.#tokens.length) {
      const word = this.#take();
      if (word === "import") this.#skipTo(";");
      else if (word === "interface") found.set(this.#take(), this.#interface());
      else if (word === "type") found.set(this.#take(), this.#alias());
    }
    return found;
  }

  #interface(): Shape {
    const parts: Shape[] = [];
    if (this.#takeIf("extends")) {
      do parts.push(this.#primary());
      while (this.#takeIf(","));
    }
    parts.push(this.#primary());
    return { kind: "both", of: parts };
  }

  #alias(): Shape {
    this.#take();
    const shape = this.#union();
    this.#takeIf(";");
    return shape;
  }

  #union(): Shape {
    this.#takeIf("|");
    const of = [this.#both()];
    while (this.#takeIf("|")) of.push(this.#both());
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: "union", of };
  }

  #both(): Shape {
    const of = [this.#postfix()];
    while (this.#takeIf("&")) of.push(this.#postfix());
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: "both", of };
  }

  #postfix(): Shape {
    let shape = this.#primary();
    while (this.#peek() === "[" && this.#tokens[this.#at + 1] === "]") {
      this.#at += 2;
      shape = { kind: "array", of: shape };
    }
    return shape;
  }

  #primary(): Shape {
    const token = this.#take();
    if (token === "(") return this.#closed(")");
    if (token === "[") {
      this.#at -= 1;
      this.#skipGroup("[", "]");
      return { kind: "array", of: { kind: "any" } };
    }
    if (token === "{") return this.#object();
    return literalOf(token) ?? this.#named(token);
  }

  #named(token: string): Shape {
    if (PRIMITIVES.has(token)) return { kind: "primitive", name: token };
    if (this.#peek() !== "<") return token === "unknown" ? { kind: "any" } : { kind: "ref", name: token };
    // Helpers such as Record or Pick say little about a value; they are taken as "anything".
    this.#skipGroup("<", ">");
    return { kind: "any" };
  }

  #closed(end: string): Shape {
    const shape = this.#union();
    if (this.#peek() === end) this.#at += 1;
    return shape;
  }

  #object(): Shape {
    const members = new Map<string, Member>();
    while (this.#peek() !== "}" && this.#at < this.#tokens.length) {
      const name = this.#take();
      const isOptional = this.#takeIf("?");
      if (!this.#takeIf(":")) continue;
      members.set(name, { isOptional, shape: this.#union() });
      this.#takeIf(";");
    }
    this.#at += 1;
    return { kind: "object", members };
  }

  #skipGroup(open: string, close: string): void {
    let depth = 0;
    do {
      const token = this.#take();
      if (token === open) depth += 1;
      if (token === close) depth -= 1;
    } while (depth > 0 && this.#at < this.#tokens.length);
  }

  #skipTo(end: string): void {
    while (this.#at < this.#tokens.length && this.#take() !== end);
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #take(): string {
    this.#at += 1;
    return this.#tokens[this.#at - 1] ?? "";
  }

  #takeIf(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at += 1;
    return true;
  }
}

function literalOf(token: string): Shape | null {
  if (/^['"]/u.test(token)) return { kind: "literal", value: token.slice(1, -1) };
  if (/^\d/u.test(token)) return { kind: "literal", value: Number(token) };
  return token === "true" || token === "false" ? { kind: "literal", value: token === "true" } : null;
}
