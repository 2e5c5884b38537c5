/**
 * What jsfuzz calls with every input, in a process of its own (jsfuzz.mjs): the scenario that the bytes stand for,
 * with the header words of the campaign, is run in both implementations. jsfuzz is led by the branches of the
 * reference, as its own instrumentation would do if it could read ES modules.
 */

const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

/** Micro-steps after which a run is ended: several times what most inputs make. */
const MAX_STEPS = 100_000;

const { config, seconds, untilFound } = JSON.parse(process.env.CIDFUZZ_TASK ?? '{}');
/** @type {Promise<(bytes: Uint8Array) => void> | null} */
let opened = null;

// jsfuzz is gone: nobody waits for an answer any more.
process.on('disconnect', () => process.exit());

/** @param {Buffer} bytes */
exports.fuzz = async (bytes) => {
  opened ??= open();
  (await opened)(bytes);
};

/** @returns {Promise<(bytes: Uint8Array) => void>} */
async function open() {
  const { scenarioFromBytes } = await built('scenario/bytes.js');
  const { Engine } = await built('engine/engine.js');
  const { runReference } = await built('reference/run.js');
  const { drive } = await built('event/drive.js');
  const engine = new Engine();
  /** @type {Set<string>} */
  const marks = new Set();
  /** @type {number[]} */
  const branches = [];
  // What jsfuzz counts, in place of what it made of this file.
  Reflect.set(globalThis, '__coverage__', { reference: { s: {}, f: {}, b: { marks: branches } } });
  let schedules = 0;
  let steps = 0;
  const began = performance.now();

  return (bytes) => {
    const scenario = confined(scenarioFromBytes(bytes));
    const ours = engine.run(scenario, MAX_STEPS);
    const theirs = drive(runReference(scenario, { maxSteps: MAX_STEPS, marks }));
    const kind = ours.violation?.kind ?? 0;
    if (kind !== (theirs.violation?.kind ?? 0)) throw new Error('the two implementations part');
    while (branches.length < marks.size) branches.push(1);
    schedules++;
    steps += ours.steps;
    const passed = (performance.now() - began) / 1000;
    if (passed < seconds && !(untilFound && kind !== 0)) return;
    const answer = { found: untilFound && kind !== 0, schedules, steps, seconds: passed };
    writeFileSync(process.env.CIDFUZZ_ANSWER ?? '', JSON.stringify(answer));
    process.exit();
  };
}

/**
 * The header words of the campaign in place of the input's own, and as many cpus as its worlds have at most.
 * @param {any} scenario
 */
function confined(scenario) {
  const { algo, mutants, memory, arch, preempt, oracle } = config;
  const cpus = Math.min(scenario.cpus, config.cpus[1]);
  /** @param {{ cpu?: number, home?: number | null }} part */
  const within = (part) => ({
    ...part,
    ...(part.cpu === undefined ? {} : { cpu: part.cpu % cpus }),
    ...(part.home == null ? {} : { home: part.home % cpus }),
  });
  return {
    ...scenario,
    ...{ algo, mutants, memory, arch, preempt, oracle, cpus },
    tasks: scenario.tasks.map(within),
    actions: scenario.actions.map(within),
  };
}

/**
 * A module of dist/.
 * @param {string} path
 */
function built(path) {
  return import(pathToFileURL(join(__dirname, '../../dist', path)).href);
}
