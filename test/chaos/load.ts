import { availableParallelism, loadavg } from "node:os";

/**
 * How many runnable processes there are for each core, at most over the time it is looked at, and never less than one. On
 * a machine that is busy with other things everything takes so much longer.
 */
export class Load {
  #busiest = 1;

  look(): void {
    const [lastMinute = 0] = loadavg();
    this.#busiest = Math.max(this.#busiest, lastMinute / availableParallelism());
  }

  get factor(): number {
    return Math.round(this.#busiest * 10) / 10;
  }
}
