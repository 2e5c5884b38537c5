/**
 * What jsfuzz is started on: it requires its target, so this one file is CommonJS. All else is imported, which
 * jsfuzz's hook on `require` does not see: the harness is not instrumented, and runs as it does elsewhere. Nothing
 * here is newer than ES2018, for the instrumenter that reads it is of 2019.
 */
let target: Promise<(bytes: Uint8Array) => Promise<void>> | undefined;

/** jsfuzz waits for a target only where it is written as an async function. */
async function fuzz(bytes: Uint8Array): Promise<void> {
  if (target === undefined) {
    target = import('./worker.js').then(({ openTarget }) => openTarget(process.cwd()));
  }
  await (await target)(bytes);
}

export = { fuzz };
