/**
 * Loaded into jsfuzz's process before jsfuzz (`node --require`), for what it has no flag for.
 *
 * **A seed.** jsfuzz mutates by `Math.random`, which nobody can seed: here it becomes splitmix64 (Steele, Lea, Flood,
 * OOPSLA 2014). Nothing else that jsfuzz draws from depends on chance, so the same seed gives the same inputs as
 * long as the target gives the same coverage.
 *
 * **An end.** Where the command that started it is gone, so is jsfuzz, and with it the target.
 *
 * **Its statistics.** Every three seconds it asks for the target's memory, and does not expect to be told that the
 * process is gone, or that this system does not say.
 */
const MASK = (1n << 64n) - 1n;
let state = BigInt(process.env.CIDFUZZ_JSFUZZ_SEED ?? 0) & MASK;

Math.random = () => {
  state = (state + 0x9e3779b97f4a7c15n) & MASK;
  let z = state;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  z ^= z >> 31n;
  return Number(z >> 11n) / 2 ** 53;
};

if (process.channel) {
  process.on('disconnect', () => process.exit());
  process.channel.unref();
}

process.on('unhandledRejection', () => undefined);
