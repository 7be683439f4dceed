import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, expectTypeOf, test } from "vitest";
import type { Event } from "../core/event.ts";
import type { Meaning } from "../core/semantics/meaning.ts";
import { eventJsonSchema, type WireEvent, type WireKind } from "./event-schema.ts";

test("the committed JSON Schema of events is the one that the code generates", () => {
  const committed = readFileSync(resolve(import.meta.dirname, "../../docs/event.schema.json"), "utf8");

  expect(committed, "run `node scripts/generate-schemas.ts`").toBe(eventJsonSchema());
});

test("the format has every kind of event, and every category, intent and impact that a rule can give", () => {
  type Wire<Kind extends WireKind> = Extract<WireEvent, { kind: Kind }>;
  type Core<Kind extends WireKind> = Extract<Event<string>, { kind: Kind }>;
  type Semantics = NonNullable<Wire<"log">["semantics"]>;

  expectTypeOf<WireKind>().toEqualTypeOf<Event["kind"]>();
  expectTypeOf<Semantics["category"]>().toEqualTypeOf<Meaning["category"]>();
  expectTypeOf<NonNullable<Semantics["intent"]>>().toEqualTypeOf<NonNullable<Meaning["intent"]>>();
  expectTypeOf<NonNullable<Semantics["impact"]>>().toEqualTypeOf<Meaning["impact"]>();
  expectTypeOf<Wire<"log">["severityText"]>().toEqualTypeOf<Core<"log">["severity"]>();
  expectTypeOf<Wire<"span">["spanKind"]>().toEqualTypeOf<Core<"span">["spanKind"]>();
  expectTypeOf<Wire<"span">["status"]>().toEqualTypeOf<Core<"span">["status"]>();
  expectTypeOf<Wire<"change">["change"]["kind"]>().toEqualTypeOf<Core<"change">["change"]["kind"]>();
  expectTypeOf<Wire<"change">["change"]["status"]>().toEqualTypeOf<Core<"change">["change"]["status"]>();
  expectTypeOf<Wire<"alert">["status"]>().toEqualTypeOf<Core<"alert">["status"]>();
  expectTypeOf<NonNullable<Wire<"person">["stated"]>["kind"]>().toEqualTypeOf<
    NonNullable<Core<"person">["stated"]>["kind"]
  >();
});
