/** What one fail point is to do. */
export interface Order {
  readonly name: string;
  readonly act: "kill" | "stop" | "error" | "delay";
  /** The hit to die or to stand still at, the probability of an error, or milliseconds. */
  readonly value: number;
  /** Tells orders of the same name apart, and names their files. */
  readonly id: string;
}

const FORM = /^(?<name>[a-z-]+\.[a-z-]+):(?<act>kill|stop|error|delay)@(?<value>\d+(?:\.\d+)?)$/u;

/** Reads `FP`: `name:kill@n | stop@n | error@p | delay@ms`, several separated by commas. What is not an order is an error. */
export function parseOrders(text: string): readonly Order[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const { name = "", act, value } = FORM.exec(part)?.groups ?? {};
      if (act !== "kill" && act !== "stop" && act !== "error" && act !== "delay") {
        throw new TypeError(`FP: "${part}" is not name:kill@n, name:stop@n, name:error@p or name:delay@ms`);
      }
      return { name, act, value: Number(value), id: `${name}-${act}-${value}` };
    });
}

/** The order for a name; null when there is none. */
export function orderFor(orders: readonly Order[], name: string): Order | null {
  return orders.find((order) => order.name === name) ?? null;
}
