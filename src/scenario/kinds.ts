import { KIND_WORDS, type Kind } from '../words.js';

/** Every kind of violation, in the order in which they are checked. */
export const KINDS: readonly Kind[] = KIND_WORDS.filter((word) => word !== 'none');
