import { readScenario } from '../corpus/read-scenario.js';
import { coverageOf, type StateCoverage } from '../explore/coverage-of.js';
import type { CampaignConfig } from '../fuzz/config.js';
import { grouped } from '../numbers.js';
import { EXIT } from './exit-codes.js';
import { type CommonFlags, type HeaderFlags, withHeaderFlags } from './flags.js';
import { interruptSignal } from './interrupt.js';
import { printJson, say } from './output.js';

interface CoverageFlags extends CommonFlags, HeaderFlags {
  readonly runs?: number;
  readonly time?: number;
  readonly seed: number;
}

const DEFAULT_TIME_MS = 60_000;
const MEMORY_MB = 4095;

function text({ schedules, inWorld, visited, reachable }: StateCoverage): string {
  const share = ((100 * visited) / reachable).toFixed(2);
  return `${grouped(schedules).padStart(10)} schedules (${grouped(inWorld)} in this world): ${grouped(visited)} of ${grouped(reachable)} reachable states (${share} %)`;
}

/** `fuzz --coverage-of FILE`: how much of a small world's reachable states the schedules of a campaign have been in. */
export async function fuzzCoverage(
  file: string,
  config: CampaignConfig,
  flags: CoverageFlags,
): Promise<number> {
  const scenario = withHeaderFlags(await readScenario(file), flags);
  const { algo, mutants, memory, arch, preempt } = scenario;
  const signal = interruptSignal(() => say('interrupted', flags));
  say(
    `cidfuzz fuzz: states of ${file}: ${[algo, ...mutants, memory, arch].join(', ')}; seed ${config.seed}, strategy ${config.strategy}`,
    flags,
  );
  const coverage = await coverageOf(scenario, file, {
    config: { ...config, algo, mutants, memory, arch, preempt, compareEvery: 1 },
    runs: flags.runs ?? null,
    timeMs: flags.time ?? (flags.runs === undefined ? DEFAULT_TIME_MS : null),
    memoryMb: MEMORY_MB,
    signal,
    onCoverage: (now) => say(text(now), flags),
  });
  if (flags.json) printJson({ file, strategy: config.strategy, seed: config.seed, ...coverage });
  else process.stdout.write(`${text(coverage)}\n`);
  if (coverage.outside > 0) {
    process.stderr.write(
      `${file}: a schedule has come to a state that the exploration has not met: a fault of cidfuzz itself\n`,
    );
    return EXIT.contradiction;
  }
  return signal.aborted ? EXIT.interrupted : EXIT.clean;
}
