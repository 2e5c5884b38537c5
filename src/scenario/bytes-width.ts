/** Whether a byte form needs more than a nibble for a cpu of a world with `cpus` cpus. */
export function isWide(cpus: number): boolean {
  return cpus > 16;
}
