/** Something cannot be measured here, and why, in words to go after `skipped: `. */
export class Missing extends Error {}
