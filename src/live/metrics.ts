import { paceNow } from '../dashboard/figures.js';
import { STRATEGIES } from '../fuzz/config.js';
import type { CampaignView, FindingRow } from '../fuzz/progress.js';
import { KINDS } from '../scenario/kinds.js';

/** A number of ours under Prometheus' name for it. */
type Value = readonly [labels: Readonly<Record<string, string>>, value: number];

/** The metrics of a campaign in Prometheus' text format. prom-client is loaded here: no other command waits for it. */
export async function metricsOf(view: CampaignView): Promise<{ type: string; text: string }> {
  const { Counter, Gauge, Registry } = await import('prom-client');
  const metrics = new Registry();
  const registers = [metrics];
  const counter = (name: string, help: string, values: readonly Value[]) => {
    const labelNames = Object.keys(values[0]?.[0] ?? {});
    const metric = new Counter({ name: `cidfuzz_${name}`, help, labelNames, registers });
    for (const [labels, value] of values) metric.inc({ ...labels }, value);
  };
  const gauge = (name: string, help: string, values: readonly Value[]) => {
    const labelNames = Object.keys(values[0]?.[0] ?? {});
    const metric = new Gauge({ name: `cidfuzz_${name}`, help, labelNames, registers });
    for (const [labels, value] of values) metric.set({ ...labels }, value);
  };
  const one = (value: number): Value[] => [[{}, value]];
  const { now, config, findings, state } = view;
  const { algo, memory, arch, preempt, strategy, seed } = config;
  const mutants = config.mutants.join(' ');
  gauge('info', 'What is fuzzed; always 1.', [
    [{ algo, mutants, memory, arch, preempt, strategy, seed: `${seed}` }, 1],
  ]);
  gauge('running', '1 while batches are run, 0 when the campaign ends.', one(state === 'running' ? 1 : 0));
  counter('schedules_total', 'Schedules that were run.', one(now.schedules));
  counter('steps_total', 'Micro-steps of them.', one(now.steps));
  counter('compared_total', 'Schedules that were run in both implementations.', one(now.compared));
  counter('unstable_total', 'Those of them on which not all agree.', one(now.compared - now.stable));
  counter('work_seconds_total', 'Seconds of work, in all sessions.', one(now.seconds));
  counter('workers_cpu_seconds_total', "Seconds of the workers' processors.", one(now.cpuSeconds));
  counter('workers_replaced_total', 'Workers of this session that were replaced.', one(now.replaced));
  counter('faults_total', 'Findings about cidfuzz itself.', one(now.faults));
  counter(
    'strategy_schedules_total',
    'Schedules that a strategy chose.',
    STRATEGIES.slice(0, -1).map((name) => [{ strategy: name }, now.plays[name] ?? 0]),
  );
  gauge('schedules_per_second', 'Over the last seconds.', one(paceNow(view).schedules));
  gauge('features', 'Features that the corpus covers.', one(now.features));
  gauge('corpus_files', 'Files of the corpus.', one(now.corpus));
  gauge('jobs', 'Worker processes.', one(now.jobs));
  gauge('findings', 'Findings: one for each fault.', byKind(findings.map(({ kind }) => kind)));
  gauge('resident_memory_bytes', 'Memory.', [
    [{ process: 'campaign' }, now.memory],
    [{ process: 'workers' }, now.workerMemory],
  ]);
  if (now.lastFeature !== null) {
    gauge(
      'last_feature_seconds',
      'Seconds of work since the last new coverage.',
      one(now.seconds - now.lastFeature),
    );
  }
  if (now.lastFinding !== null) {
    gauge(
      'last_finding_seconds',
      'Seconds of work since the last new finding.',
      one(now.seconds - now.lastFinding),
    );
  }
  return { type: metrics.contentType, text: await metrics.metrics() };
}

/** All kinds, also those that there are none of: a series that is not there cannot be seen to grow. */
function byKind(found: readonly FindingRow['kind'][]): Value[] {
  const kinds: readonly FindingRow['kind'][] = [...KINDS, 'divergence', 'fault'];
  return kinds.map((kind) => [{ kind }, found.filter((one) => one === kind).length]);
}
