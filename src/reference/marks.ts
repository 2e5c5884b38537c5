/**
 * Coverage marks: a name for every branch and transition of every routine of the algorithms. A run collects
 * those that it comes by (`runReference(…, { marks })`), and a test can demand that all of them are reached.
 * The branches that only a mutant takes have none.
 */
export const MARKS = {
  'switch out: in user mode': 'prev is in no routine',
  'switch out: at a gap': 'prev is preempted at a gap of its exit or exec',
  'switch out: in the middle of a routine': 'prev is preempted in task work, exit or exec, at no gap',
  'switch out: dead': 'prev has exited',
  'switch: kernel to kernel': 'neither has an mm: no barrier',
  'switch: user to kernel': 'the barrier after mmgrab()',
  'switch: kernel to user': 'the barrier that the patch adds',
  'switch: user to user, same mm': 'no barrier',
  'switch: user to user, another mm, x86': 'the barrier in switch_mm()',
  'switch: user to user, another mm, arm64': 'no barrier in switch_mm()',

  'mm_cid_put_lazy: not lazy': "prev's slot is valid or unset: it stays",
  'mm_cid_put_lazy: cmpxchg fails': 'clear-old unset the slot after the load',
  'mm_cid_put_lazy: unset': "prev's lazy slot is unset and its bit cleared",

  'mm_cid_get: valid and not old': 'the slot is reused',
  'mm_cid_get: valid and old, a lower cid is free': 'the slot is put, for compactness',
  'mm_cid_get: valid and old, none lower': 'the slot is reused and is young again',
  'mm_cid_get: lazy, put': 'the lazy slot is unset and its bit cleared',
  'mm_cid_get: lazy, cmpxchg fails': 'clear-old unset the slot after the load',
  'mm_cid_get: unset': 'no cid in this slot',

  '__mm_cid_get: without lock': 'use_cid_lock is 0',
  '__mm_cid_get: without lock, lost': 'the first try lost its bit: takes the lock',
  '__mm_cid_get: use_cid_lock is set': 'takes the lock first',
  '__mm_cid_get: with lock, got': 'the try under the lock got its bit',
  '__mm_cid_get: with lock, lost': 'the try under the lock lost its bit to one that took no lock',
  '__mm_cid_get: forcing, got': 'a try with use_cid_lock set got its bit',
  '__mm_cid_get: forcing, lost again': 'a try with use_cid_lock set lost its bit',
  'try_get: mask full, spins': 'no zero bit found: looks again',
  'try_get: test-and-set won': 'the bit is its own',
  'try_get: test-and-set lost': 'the bit was set after the look',
  'first_zero: word full, on to the next': 'a mask of more than one word',
  'first_zero: none': 'no zero bit in any word',
  'spin_lock: found held': 'a step that changes nothing',

  'mm_cid_put: unset, nothing to put': 'the slot is unset',
  'mm_cid_put: cmpxchg finds lazy': 'clear-old made the slot lazy after the load: tries again',
  'mm_cid_put: cmpxchg finds unset': 'clear-old unset the slot after the load',
  'mm_cid_put: valid to unset': 'then the bit is cleared',
  'mm_cid_put: lazy to unset': 'then the bit is cleared',

  'tick: not in a routine': 'the current task is in user mode, idle or dead',
  'tick: in the middle of a routine': 'the current task is in task work, exit or exec',
  'tick: no mm': 'a kernel thread, or a dead task',
  'tick: exiting': 'PF_EXITING is set',
  'tick: work is queued already': 'queued, and not yet run',
  'tick: no scan is due': 'jiffies is before next_scan',
  'tick: queues work': 'a scan is due',

  'work: first scan is put off': "a fresh mm's next_scan was 0 and is set",
  'work: no scan is due': 'jiffies is before next_scan',
  'work: next_scan cmpxchg lost': 'another work took this scan',
  'work: scans': 'runs clear-old for every cpu',

  'clear-old: not old': 'the slot was used in the last period',
  'clear-old: not valid': 'the slot is lazy or unset',
  'clear-old: first check, task is not active': 'mm_cid_active of the current task is 0',
  'clear-old: first check, task is active in another mm': 'so the slot is not in use',
  'clear-old: first check, task is active in the mm': 'the slot is in use: it stays',
  'clear-old: first cmpxchg fails': 'the slot changed after the load',
  'clear-old: valid to lazy': 'the lazy-put flag is set',
  'clear-old: second check, task is not active': 'mm_cid_active of the current task is 0',
  'clear-old: second check, task is active in another mm': 'so the slot is not in use',
  'clear-old: second check, task is active in the mm': 'it will deal with the lazy slot itself',
  'clear-old: lazy to unset': 'then the bit is cleared',
  'clear-old: last cmpxchg fails': 'the lazy slot was unset by another',

  'exit: put': 'exit_signals puts the slot',
  'exit: dead': 'the task has no mm any more',
  'exec: put': 'before_execve puts the slot',
  'exec: fresh mm': 'the task has its new mm',
  'exec: fails': 'the task keeps its mm',
  'exec: get': 'after_execve gets a cid',
  'fork: first of its mm, scan put off': 'mm_users was 1',
  'fork: not the first of its mm': 'mm_users was above 1',

  'fixed switch: user to user, same mm, not both active': 'the barrier that the repair adds',
  'fixed switch: user to user, another mm, arm64': 'the barrier that the repair adds',
  'fixed switch: inactive prev with an mm': 'its slot is put too, if it is lazy',
  'fixed clear-old: second check, another task has come':
    'while the one seen first became inactive elsewhere',
  'fixed work: the scan is over': 'the next one may be due',
  'fixed fork: process, next_scan is 0': 'no copy of that of the parent',

  'v6.3 switch: hand over in the same mm': 'next takes the cid of prev, no access',
  'v6.3 switch: put': 'prev puts its cid',
  'v6.3 switch: get': 'next gets a cid',
  'v6.3 exit, exec: put': 'exit_signals or before_execve puts the cid',
  'v6.3 exec: get': 'after_execve gets a cid',
} as const satisfies Record<string, string>;

/** The name of a branch. */
export type Mark = keyof typeof MARKS;
