import { expect, test } from "vitest";
import { accessOf } from "./access.ts";

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
const outside = { password: null, isOpen: false, publicUrl: "https://traceops.example" };
const local = { ...outside, publicUrl: "http://127.0.0.1:3000" };
const here = (headers: Record<string, string> = {}, remoteAddress = "127.0.0.1") => ({
  headers: { host: "127.0.0.1:3000", ...headers },
  remoteAddress,
});

test("pages that are reachable from outside are closed until somebody protects them", () => {
  expect(accessOf(outside, here())).toEqual({ kind: "closed" });
  expect(accessOf({ ...outside, isOpen: true }, here())).toEqual({ kind: "granted", userName: null });
});

test("on one's own machine they are open, to that machine only", () => {
  expect(accessOf(local, here())).toEqual({ kind: "granted", userName: null });
  expect(accessOf(local, here({ host: "localhost:3000" }, "::ffff:127.0.0.1")).kind).toBe("granted");
  expect(accessOf(local, here({ host: "[::1]:3000" }, "::1")).kind).toBe("granted");
  expect(accessOf(local, here({}, "10.0.0.7")).kind).toBe("closed");
  expect(accessOf(local, here({ host: "127.0.0.1.evil.example" })).kind).toBe("closed");
  expect(accessOf(local, { headers: {}, remoteAddress: "127.0.0.1" }).kind).toBe("closed");
});

test("a proxy on this machine does not make strangers local, whatever it calls the host", () => {
  expect(accessOf(local, here({ "x-forwarded-for": "203.0.113.9" })).kind).toBe("closed");
  expect(accessOf(local, here({ via: "1.1 proxy" })).kind).toBe("closed");
});

test("with a password only those who know it get in, under their own name", () => {
  const policy = { ...outside, password: "correct horse battery" };
  const access = (authorization: string) => accessOf(policy, here({ authorization }));

  expect(accessOf(policy, here())).toEqual({ kind: "sign-in" });
  expect(access(basic("ann:wrong"))).toEqual({ kind: "sign-in" });
  expect(access("Bearer correct horse battery")).toEqual({ kind: "sign-in" });
  expect(access(basic("ann:correct horse battery"))).toEqual({ kind: "granted", userName: "ann" });
});
