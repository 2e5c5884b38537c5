import { describe, expect, it } from 'vitest';
import { minimize } from '../../src/minimize/minimize.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import { type Action, IDLE, type Scenario } from '../../src/scenario/scenario.js';
import { fakeRun } from './runner.js';

/** What is left, from the cpus on, of a scenario in which `fails` shows a violation. */
function left(text: string, fails: (scenario: Scenario) => boolean): string {
  const scenario = parseScenario(`cidfuzz 1\n${text}`, 'passes');
  expect(fails(scenario)).toBe(true);
  const lines = printScenario(minimize(scenario, fakeRun(fails)).scenario).split('\n');
  return lines
    .filter((line) => line !== '' && !/^(cidfuzz|algo|memory|arch|preempt|expect) /.test(line))
    .join('; ');
}

const sum = (actions: readonly Action[], of: (action: Action) => number) =>
  actions.reduce((total, action) => total + of(action), 0);
const stepsOn = ({ actions }: Scenario, cpu: number) =>
  sum(actions, (action) => (action.op === 'step' && action.cpu === cpu ? action.count : 0));

describe('the passes', () => {
  it('declare a forked task, and make it a kernel thread on the first cpu', () => {
    const text = 'cpus 3\nmm A\ntask a A 1\n---\nswitch 1 a\nfork 1 process b B 2\nswitch 2 b\n';
    const fails = ({ actions }: Scenario) =>
      actions.some((action) => action.op === 'switch' && action.task !== IDLE);
    expect(left(text, fails)).toBe('cpus 1; task k - 0; ---; switch 0 k');
  });

  it('keep the mm of a task where it matters, and merge the others into it', () => {
    const text = 'cpus 1\nmm A\nmm B\ntask a A 0\ntask b B 0\n---\nswitch 0 a\nswitch 0 b\n';
    const fails = ({ actions, tasks }: Scenario) => {
      const users = actions.filter((action) => action.op === 'switch' && (tasks[action.task]?.mm ?? -1) >= 0);
      return users.length === 2;
    };
    expect(left(text, fails)).toBe('cpus 1; mm A; task a A 0; ---; switch 0 a; switch 0 a');
  });

  it('have a task at home where a migrate would bring it', () => {
    const text = 'cpus 2\ntask k - 0\n---\nmigrate k 1\nstep 0\nswitch 1 k\n';
    const fails = ({ actions, tasks }: Scenario) => {
      const home = tasks.map((decl) => decl.home);
      for (const action of actions) {
        if (action.op === 'migrate') home[action.task] = action.cpu;
        if (action.op === 'switch' && action.cpu === 1 && home[action.task] === 1) return true;
      }
      return false;
    };
    expect(left(text, fails)).toBe('cpus 2; task k - 1; ---; switch 1 k');
  });

  it('make an exec fail where its mm does not matter', () => {
    const text = 'cpus 1\nmm A\ntask a A 0\n---\nexec 0 B\n';
    const fails = ({ actions }: Scenario) => actions.some(({ op }) => op === 'exec' || op === 'exec-fail');
    expect(left(text, fails)).toBe('cpus 1; ---; exec-fail 0');
  });

  it('join the steps of a cpu, and lower them', () => {
    const text = 'cpus 2\n---\nstep 0 3\nstep 1 2\nstep 0 4\nstep 1 9\nstep 0\n';
    const fails = (scenario: Scenario) => stepsOn(scenario, 0) >= 5 && stepsOn(scenario, 1) >= 3;
    expect(left(text, fails)).toMatch(/^cpus 2; ---; step 0 5; step 1 3$/);
  });

  it('let the same cpu act on where the order does not matter', () => {
    const text = 'cpus 2\n---\ntick 0\ntick 1\ntick 0\ntick 1\n';
    const ticks = ({ actions }: Scenario, cpu: number) =>
      sum(actions, (action) => (action.op === 'tick' && action.cpu === cpu ? 1 : 0));
    const fails = (scenario: Scenario) => ticks(scenario, 0) === 2 && ticks(scenario, 1) === 2;
    expect(left(text, fails)).toMatch(/tick 0; tick 0; tick 1; tick 1|tick 1; tick 1; tick 0; tick 0/);
  });

  it('pass the time in one go, no more than needed, and early', () => {
    const text = 'cpus 1\n---\nadvance 60ms\ntick 0\nadvance 60ms\nadvance 5s\n';
    const fails = ({ actions }: Scenario) =>
      actions.some(({ op }) => op === 'tick') &&
      sum(actions, (action) => (action.op === 'advance' ? action.ns : 0)) > 100_000_000;
    expect(left(text, fails)).toBe('cpus 1; ---; advance 101ms; tick 0');
  });

  it('give the busier cpu the lower number, and lower the operands of flush and stale', () => {
    const text = 'memory weak\ncpus 2\n---\nflush 1 5\nstale 1 4\ntick 0\nstep 1 2\n';
    const fails = ({ actions }: Scenario) =>
      ['flush', 'stale', 'tick', 'step'].every((word) => actions.some(({ op }) => op === word)) &&
      actions.some((action) => action.op === 'flush' && action.index >= 2) &&
      new Set(actions.flatMap((action) => ('cpu' in action ? [action.cpu] : []))).size === 2;
    const text2 = left(text, fails);
    expect(text2).toContain('flush 0 2; stale 0 1;');
    expect(text2).toContain('tick 1');
  });
});
