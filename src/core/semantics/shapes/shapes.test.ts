import { describe, expect, test } from "vitest";
import { cpuMs } from "../../../../test/support/cpu-time.ts";
import type { LogEvent, LogSeverity } from "../../event.ts";
import { epochNs, eventId } from "../../ids.ts";
import type { Safe } from "../../safe.ts";
import { ACTIONS } from "../actions.ts";
import { classify } from "../classify.ts";
import { SHAPES, shapesIn } from "./find-shape.ts";
import { SHAPE_FAMILIES } from "./registry.ts";

function aLog(body: string, severity: LogSeverity = "error"): LogEvent {
  return {
    kind: "log",
    id: eventId("test", "1"),
    atNs: epochNs(0n),
    observedNs: null,
    service: null,
    host: null,
    source: "test",
    ref: "1" as Safe,
    traceId: null,
    spanId: null,
    requestId: null,
    severity,
    body: body as Safe,
    attributes: {},
    exception: null,
  };
}

const meaningOf = (body: string, severity?: LogSeverity) => classify(aLog(body, severity));

describe.each(SHAPE_FAMILIES.map(({ name }) => name))("%s", (name) => {
  const shapes = SHAPES.filter(({ family }) => family === name);

  test("every sign is found in its example, and the line means its category", () => {
    const wrong = shapes.flatMap((shape) => {
      const isFound = shapesIn(shape.example).includes(shape);
      const { category, isFailure } = meaningOf(shape.example);
      return isFound && isFailure && category === shape.category
        ? []
        : [[shape.example, shape.category, category, isFound]];
    });

    expect(wrong).toEqual([]);
  });

  test("a sign counts at the severities that it says, and never less than at a marked error", () => {
    const wrong = shapes.filter(({ counts, example }) => counts === "always" && !meaningOf(example, "info").isFailure);

    expect(wrong.map(({ sign }) => sign)).toEqual([]);
  });

  test("every reason is a clause for a person, and every action a sentence", () => {
    const wrong = shapes.filter(({ because, actions = [] }) => {
      const isClause = /^[a-z][^.]{8,110}[^.\s]$/u.test(because) && because.split(" ").length >= 3;
      return !isClause || !actions.every((action) => /^[A-Z].{20,200}[.]$/u.test(action));
    });

    expect(wrong.map(({ sign }) => sign)).toEqual([]);
  });
});

test("there are several hundred shapes, and no sign means two things in one place", () => {
  const words = new Map(SHAPES.flatMap((shape) => (shape.found === "word" ? [[shape.sign, shape.category]] : [])));
  const contradicting = SHAPES.filter(({ sign, category }) => (words.get(sign) ?? category) !== category);

  expect(SHAPES.length).toBeGreaterThan(400);
  expect(new Set(SHAPES.map(({ found, sign }) => `${found} ${sign}`)).size).toBe(SHAPES.length);
  expect(contradicting).toEqual([]);
});

test("whatever category a shape has, there is something to do about it that only reads", () => {
  const without = SHAPES.filter(({ category, actions }) => (actions ?? ACTIONS[category]).length === 0);

  expect(without).toEqual([]);
});

test("the first thing to do reads and changes nothing", () => {
  const reads = /^(?:Ask|Check|Compare|Count|List|Look|Read|Resolve)\b/u;
  const first = [...Object.values(ACTIONS), ...SHAPES.flatMap(({ actions }) => (actions ? [actions] : []))].map(
    ([each]) => each,
  );

  expect(first.filter((action) => !reads.test(action ?? ""))).toEqual([]);
});

test("an exact error names its own check instead of the general one", () => {
  const { category, because, suggestedActions } = meaningOf("FATAL: 53300: too many connections for role app");

  expect({ category, because }).toEqual({
    category: "connection-pool",
    because: "the database takes no more connections",
  });
  expect(suggestedActions[0]).toContain("pg_stat_activity");
});

describe("a code that is a plain word or number is none where no code stands", () => {
  test.each([
    "Unavailable seats: 3",
    "order 40001 was packed",
    "order number 40001 shipped, parcel 57014",
    "sent 503 parcels, 429 labels and 404 letters",
    "shelf 1205, level 13",
    "the 111 newest vouchers were loaded",
    "customer Unknown asked for Internal medicine",
    "loaded 137 items with code 2002",
    "The UF of this customer is SP, the UT is missing",
    "BUSY street, READONLY book",
    "NotFound is the name of a band",
    "alert 48 was read by ada",
    "voucher EIGHTY and EPIPELINE",
    "took 110 steps (32 of them up)",
    "exit 2 leads to the car park",
    "basket (1205, 3 items)",
    "Error boundaries: 2601 pages",
    "Lost: one umbrella",
  ])("%s", (text) => {
    expect(shapesIn(text)).toEqual([]);
    expect(meaningOf(text, "warn").isFailure).toBe(false);
  });
});

describe("codes are found in the spellings of drivers and servers", () => {
  test.each([
    ["SQLSTATE[40001]: Serialization failure", "40001", "deadlock"],
    ['{"severity":"ERROR","sqlState":"57014"}', "57014", "timeout"],
    ["ERROR:  53300: sorry", "53300", "connection-pool"],
    ["(pymysql.err.OperationalError) (1205, 'Lock wait')", "1205", "deadlock"],
    ["Error 1040 (08004): Too many", "1040", "connection-pool"],
    ["Msg 1205, Level 13, State 51", "1205", "deadlock"],
    ["rpc error: code = Unavailable desc = x", "Unavailable", "dependency-unreachable"],
    ["StatusCode.UNAVAILABLE", "UNAVAILABLE", "dependency-unreachable"],
    ["io.grpc.StatusRuntimeException: UNAVAILABLE: io exception", "UNAVAILABLE", "dependency-unreachable"],
    ["OSError: [Errno 28] write", "28", "disk"],
    ["Connection refused (os error 111)", "111", "connection-refused"],
    ['"POST /pay HTTP/1.1" 503 UF,URX "-"', "UF", "dependency-unreachable"],
    ["java.net.NoRouteToHostException: x", "NoRouteToHostException", "dependency-unreachable"],
    ["ORA-12541: TNS", "ORA-12541", "connection-refused"],
    ['{"status":429}', "429", "rate-limit"],
  ])("%s", (...[text, sign, category]) => {
    expect(shapesIn(text).map((shape) => ({ sign: shape.sign, category: shape.category }))).toContainEqual({
      sign,
      category,
    });
  });
});

test("the more exact of two shapes speaks, wherever it stands", () => {
  expect(meaningOf("SQLSTATE 57P01 after SQLSTATE 40P01 at commit").category).toBe("deadlock");
  expect(meaningOf("SQLSTATE 40P01 after SQLSTATE 57P01 at commit").category).toBe("deadlock");
});

test("the plain reason of a Kubernetes event is a code, the same word at the head of a log line is none", () => {
  const event = { ...aLog(""), kind: "kubernetes", object: "Pod/a", type: "Warning", count: 1 } as const;
  const [reason, note] = ["Failed" as Safe, "see the container" as Safe];

  expect(classify({ ...event, reason, note, object: "Pod/a" as Safe }).category).toBe("image-or-startup");
  expect(meaningOf("Failed: see the basket").category).toBe("unknown");
  expect(meaningOf("Error: boom").category).toBe("unknown");
});

test("a shape that only refines makes no failure of a line that reports none", () => {
  expect(meaningOf("GET /basket done status=404", "warn").isFailure).toBe(false);
  expect(meaningOf("GET /basket done status=404", "error")).toMatchObject({ isFailure: true, category: "unknown" });
  expect(meaningOf("GET /basket done status=403", "error")).toMatchObject({
    isFailure: true,
    category: "authorization",
  });
});

test("what was denied or overcome stays so, whatever code stands beside it", () => {
  expect(meaningOf("reconnected after ECONNRESET", "info").isFailure).toBe(false);
  expect(meaningOf("retry succeeded after SQLSTATE 40001", "warn").isFailure).toBe(false);
});

test.each(["ECONNREFUSED ", "SQLSTATE ", "code = ", "status=503 ", "a_", "response_flags=UF,", "exited with code "])(
  "a long line of %j is searched in no time",
  (piece) => {
    expect(cpuMs(() => shapesIn(piece.repeat(20_000)))).toBeLessThan(500);
  },
);
