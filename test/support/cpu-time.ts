/** CPU time in ms that the work takes in this process. Unlike the clock on the wall it does not grow when the machine is busy. */
export function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
