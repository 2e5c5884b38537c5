import { type CampaignConfig, rangeWord } from '../fuzz/config.js';
import { grouped } from '../numbers.js';
import type { Figure } from './figures.js';

/** What a campaign fuzzes, in one line. */
export function campaignTitle(config: CampaignConfig): string {
  const { algo, mutants, memory, arch, preempt, seed, strategy } = config;
  return [algo, ...mutants, memory, arch, `preempt ${preempt}`, `seed ${seed}`, strategy].join(' · ');
}

/** What a campaign fuzzes, and how: what it was asked for. */
export function campaignWords(config: CampaignConfig): Figure[] {
  const { algo, mutants, memory, arch, preempt, seed, from, strategy, seeds, oracle } = config;
  const words: [string, string | null][] = [
    ['algorithm', [algo, ...mutants].join(', ')],
    ['machine', `${memory}, ${arch}, preempt ${preempt}`],
    [
      'worlds',
      `${rangeWord(config.cpus)} cpus, ${rangeWord(config.tasks)} tasks, ${rangeWord(config.mms)} mms`,
    ],
    ['seed', `${seed}${from === undefined ? '' : `, from schedule ${grouped(from)}`}`],
    ['strategy', strategy],
    ['seeds', seeds === undefined ? null : `${grouped(seeds.length)} schedules`],
    ['only', oracle === null ? null : oracle.join(', ')],
  ];
  return words.flatMap(([label, value]) => (value === null ? [] : [{ label, value }]));
}
