// Handed to a process with --import: moves its wall clock by SKEW_MS, as a machine without NTP would have it.
import process from "node:process";

const skewMs = Number(process.env["SKEW_MS"] ?? "0");
const RealDate = Date;
const origin = performance.timeOrigin + skewMs;

globalThis.Date = new Proxy(RealDate, {
  // Without arguments a date is now; called as a function it is always now, as a text.
  construct: (target, given, made) =>
    Reflect.construct(target, given.length === 0 ? [RealDate.now() + skewMs] : given, made),
  apply: () => new RealDate(RealDate.now() + skewMs).toString(),
  get: (target, name) => (name === "now" ? () => RealDate.now() + skewMs : Reflect.get(target, name)),
});
Object.defineProperty(performance, "timeOrigin", { get: () => origin });
