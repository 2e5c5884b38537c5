import type { Kind } from '../words.js';

/** What each kind of violation means to whoever uses concurrency ids, in one sentence. */
export const MEANING: Readonly<Record<Kind, string>> = {
  'duplicate-cid': 'Two running threads of one address space have the same concurrency id.',
  'freed-in-use':
    'A concurrency id is freed while a thread runs with it: the next allocation hands it out again.',
  ownership: 'A bit of the cidmask is set without exactly one owner, or clear with one.',
  'bad-cid': 'A thread runs with something that is no concurrency id.',
  'null-mm': 'The code dereferences an mm that is NULL.',
  livelock: 'An allocation does not come to an end.',
  compactness: 'A thread runs with an id above what its address space needs.',
  'stranded-lazy': 'A slot stays lazy, and its id taken, with nobody left to clear it.',
  'lock-leak': 'A lock is left held.',
};
