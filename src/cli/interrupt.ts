import { EXIT } from './exit-codes.js';

/** Under npm one Ctrl-C can arrive twice: from the terminal, and passed on. */
const SAME_INTERRUPT_MS = 1000;

/**
 * A signal that Ctrl-C, or SIGTERM, aborts; a second one ends the process at once, for what is written is whole.
 *
 * @param told is called with the first one
 */
export function interruptSignal(told: () => void): AbortSignal {
  const abort = new AbortController();
  let abortedAt = 0;
  const interrupt = () => {
    if (!abort.signal.aborted) {
      abortedAt = performance.now();
      told();
      abort.abort();
    } else if (performance.now() - abortedAt > SAME_INTERRUPT_MS) {
      process.exit(EXIT.interrupted);
    }
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return abort.signal;
}
