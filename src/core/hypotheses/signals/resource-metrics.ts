import type { Signal } from "../signal.ts";

export const resourceMetrics: Signal = {
  question: "Do metrics show this resource under pressure?",
  family: "resource",
  ask: ({ change, service, kind }, { resources }) =>
    change === null
      ? resources
          .filter((fact) => fact.from === "metric" && fact.service === service && fact.kind === kind)
          .map(({ points, because, evidenceIds }) => ({ points, because, evidenceIds }))
      : [],
};
