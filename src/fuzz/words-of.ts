import { type CampaignConfig, defaultConfig, rangeWord } from './config.js';

/** A word that a shell takes as it is. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The words of `cidfuzz fuzz` that make a campaign of this configuration, seeds apart: those that are not as by default. */
export function wordsOf(config: CampaignConfig): string {
  const compare = (n: number) => (n === 0 ? 'none' : `1/${n}`);
  const words: [flag: string, value: string, usual: string][] = [
    ['--algo', config.algo, defaultConfig.algo],
    ['--mutant', config.mutants.join(' '), ''],
    ['--memory', config.memory, defaultConfig.memory],
    ['--arch', config.arch, defaultConfig.arch],
    ['--preempt', config.preempt, defaultConfig.preempt],
    ['--oracle', config.oracle?.join(' ') ?? '', ''],
    ['--strategy', config.strategy, defaultConfig.strategy],
    ['--cpus', rangeWord(config.cpus), rangeWord(defaultConfig.cpus)],
    ['--tasks', rangeWord(config.tasks), rangeWord(defaultConfig.tasks)],
    ['--mms', rangeWord(config.mms), rangeWord(defaultConfig.mms)],
    ['--compare', compare(config.compareEvery), compare(defaultConfig.compareEvery)],
    ['--from', `${config.from ?? 0}`, '0'],
  ];
  const changed = words.filter(([, value, usual]) => value !== usual);
  return [`--seed ${config.seed}`, ...changed.map(([flag, value]) => `${flag} ${value}`)].join(' ');
}
