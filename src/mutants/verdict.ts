import type { Mutant } from '../words.js';
import type { Figures } from './figures.js';

/**
 * What is wrong with a table, a line each: a finding without a mutant, or a required mutant that nothing found
 * on any of the machines.
 */
export function faultsOf(figures: readonly (Figures | null)[], required: readonly Mutant[]): string[] {
  const known = figures.filter((row) => row !== null);
  const without = known.filter(({ mutant, found }) => mutant === 'none' && found !== null);
  const missing = required.filter(
    (name) => !known.some(({ mutant, found }) => mutant === name && found !== null),
  );
  return [
    ...without.map(({ memory, arch, found }) => `without a mutant: ${found} under ${memory}, ${arch}`),
    ...missing.map((name) => `${name}: required, and not found`),
  ];
}
