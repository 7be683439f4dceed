import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

const Target = z.object({ target: z.string(), traits: z.record(z.string(), z.unknown()).default({}) });
const Shape = z.object({
  type: z.string(),
  members: z.record(z.string(), Target).default({}),
  member: Target.optional(),
  input: Target.optional(),
  output: Target.optional(),
  traits: z.record(z.string(), z.unknown()).default({}),
});
const Model = z.object({ shapes: z.record(z.string(), Shape) });
type Shape = z.infer<typeof Shape>;

const Bounds = z.object({ min: z.number().optional(), max: z.number().optional() });

/** What a vendor published about its messages, as far as plain JSON goes. */
export interface SmithyModel {
  /** Every way in which a message of this operation is not as described; empty when it is. */
  problems(operation: string, direction: "input" | "output", message: unknown): readonly string[];
}

/** The model in this file; null when the file is not there. */
export function readSmithyModel(file: URL, namespace: string): SmithyModel | null {
  if (!existsSync(file)) return null;
  const { shapes } = Model.parse(JSON.parse(readFileSync(file, "utf8")));
  return {
    problems: (operation, direction, message) => {
      const target = shapes[`${namespace}#${operation}`]?.[direction]?.target;
      return target === undefined
        ? [`no such operation: ${operation}`]
        : check(shapes, { target, at: operation }, message);
    },
  };
}

interface Place {
  readonly target: string;
  readonly at: string;
}

type Shapes = Readonly<Record<string, Shape>>;

function check(shapes: Shapes, { target, at }: Place, value: unknown): readonly string[] {
  if (target.startsWith("smithy.api#")) return [];
  const shape = shapes[target];
  if (shape === undefined) return [`${at}: ${target} is not in the model`];
  return (CHECKS.get(shape.type) ?? checkScalar)(shapes, { shape, at }, value);
}

interface Asked {
  readonly shape: Shape;
  readonly at: string;
}

function checkMembers(shapes: Shapes, { shape, at }: Asked, value: unknown): readonly string[] {
  const fields = z.record(z.string(), z.unknown()).safeParse(value);
  if (!fields.success) return [`${at}: not an object`];
  const missing = Object.entries(shape.members).filter(
    ([name, { traits }]) => "smithy.api#required" in traits && fields.data[name] === undefined,
  );
  return [
    ...missing.map(([name]) => `${at}.${name}: missing`),
    ...Object.entries(fields.data).flatMap(([name, field]) => {
      const member = shape.members[name];
      return member
        ? check(shapes, { target: member.target, at: `${at}.${name}` }, field)
        : [`${at}.${name}: no such member`];
    }),
  ];
}

function checkItems(shapes: Shapes, { shape, at }: Asked, value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [`${at}: not a list`];
  const target = shape.member?.target ?? "";
  return [
    ...outside(shape, "length", { at, value: value.length }),
    ...value.flatMap((item, index) => check(shapes, { target, at: `${at}[${index}]` }, item)),
  ];
}

function checkScalar(_shapes: Shapes, { shape, at }: Asked, value: unknown): readonly string[] {
  switch (shape.type) {
    case "string":
      return typeof value === "string" ? checkText(shape, at, value) : [`${at}: not text`];
    case "enum":
      return isOneOf(shape, value) ? [] : [`${at}: not one of its values: ${String(value)}`];
    case "boolean":
      return typeof value === "boolean" ? [] : [`${at}: not true or false`];
    default:
      return typeof value === "number" ? outside(shape, "range", { at, value }) : [`${at}: not a number`];
  }
}

type Check = (shapes: Shapes, asked: Asked, value: unknown) => readonly string[];

const CHECKS: ReadonlyMap<string, Check> = new Map([
  ["structure", checkMembers],
  ["union", checkMembers],
  ["list", checkItems],
]);

function checkText(shape: Shape, at: string, value: string): readonly string[] {
  const pattern = z.string().safeParse(shape.traits["smithy.api#pattern"]);
  const fits = !pattern.success || new RegExp(pattern.data).test(value);
  return [
    ...outside(shape, "length", { at, value: value.length }),
    ...(fits ? [] : [`${at}: not of its form: ${value}`]),
  ];
}

function outside(
  shape: Shape,
  trait: "length" | "range",
  { at, value }: { readonly at: string; readonly value: number },
): readonly string[] {
  const bounds = Bounds.safeParse(shape.traits[`smithy.api#${trait}`]);
  if (!bounds.success) return [];
  const { min = -Infinity, max = Infinity } = bounds.data;
  return value < min || value > max ? [`${at}: ${trait} ${value} is not within ${min} to ${max}`] : [];
}

function isOneOf(shape: Shape, value: unknown): boolean {
  return Object.values(shape.members).some(({ traits }) => traits["smithy.api#enumValue"] === value);
}
