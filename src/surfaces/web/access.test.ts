import { expect, test } from "vitest";
import { accessOf } from "./access.ts";

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
const outside = { password: null, isOpen: false, publicUrl: "https://traceops.example" };
const local = { ...outside, publicUrl: "http://127.0.0.1:3000" };
const here = { authorization: undefined, host: "127.0.0.1:3000", remoteAddress: "127.0.0.1" };

test("pages that are reachable from outside are closed until somebody protects them", () => {
  expect(accessOf(outside, here)).toEqual({ kind: "closed" });
  expect(accessOf({ ...outside, isOpen: true }, here)).toEqual({ kind: "granted", userName: null });
});

test("on one's own machine they are open, to that machine only", () => {
  expect(accessOf(local, here)).toEqual({ kind: "granted", userName: null });
  expect(accessOf(local, { ...here, host: "localhost:3000", remoteAddress: "::ffff:127.0.0.1" }).kind).toBe("granted");
  expect(accessOf(local, { ...here, host: "[::1]:3000", remoteAddress: "::1" }).kind).toBe("granted");
  expect(accessOf(local, { ...here, remoteAddress: "10.0.0.7" }).kind).toBe("closed");
  expect(accessOf(local, { ...here, host: "127.0.0.1.evil.example" }).kind).toBe("closed");
  expect(accessOf(local, { ...here, host: undefined }).kind).toBe("closed");
});

test("with a password only those who know it get in, under their own name", () => {
  const policy = { ...outside, password: "correct horse battery" };
  const access = (authorization: string | undefined) => accessOf(policy, { ...here, authorization });

  expect(access(undefined)).toEqual({ kind: "sign-in" });
  expect(access(basic("ann:wrong"))).toEqual({ kind: "sign-in" });
  expect(access("Bearer correct horse battery")).toEqual({ kind: "sign-in" });
  expect(access(basic("ann:correct horse battery"))).toEqual({ kind: "granted", userName: "ann" });
});
