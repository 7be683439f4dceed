import type { Stage } from "./stage.ts";

const MINUTE_MS = 60_000;

/** Adds what every service of the story logs all day, evenly, so that nothing of it is news. */
export function playNoise(stage: Stage): void {
  for (const service of stage.cast.services) {
    for (const [index, noise] of service.noise.entries()) {
      const random = stage.random.fork(`noise/${service.name}/${index}`);
      const stepMs = MINUTE_MS / noise.perMinute;
      for (let startMs: number = stage.fromMs; startMs < stage.toMs; startMs += stepMs) {
        stage.lines.push({
          atMs: Math.min(stage.toMs - 1, startMs + random.next() * stepMs),
          service: service.name,
          pod: random.pick(service.pods),
          severity: noise.severity,
          body: noise.text(random),
        });
      }
    }
  }
}
