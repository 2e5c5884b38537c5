import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** PF_KTHREAD (include/linux/sched.h). */
const PF_KTHREAD = 0x200000;

/**
 * Every thread that there is, as lines `TID TGID 0|1 COMM` (1: a kernel thread), by number. Threads that go meanwhile are left
 * out.
 *
 * @param proc where procfs is
 */
export async function procTasks(proc: string): Promise<string[]> {
  const lines: string[] = [];
  for (const tgid of await numbers(proc)) {
    for (const tid of await numbers(join(proc, tgid, 'task'))) {
      const line = await task(join(proc, tgid, 'task', tid, 'stat'), tid, tgid);
      if (line !== null) lines.push(line);
    }
  }
  return lines;
}

async function numbers(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(a) - Number(b));
}

/** `TID (COMM) STATE PPID PGRP SESSION TTY TPGID FLAGS …`: the comm may hold anything, so its end is the last parenthesis. */
async function task(path: string, tid: string, tgid: string): Promise<string | null> {
  const stat = await readFile(path, 'latin1').catch(() => '');
  const from = stat.indexOf('(');
  const to = stat.lastIndexOf(')');
  if (from < 0 || to < from) return null;
  const flags = Number(stat.slice(to + 2).split(' ')[6]);
  const comm = stat.slice(from + 1, to).replaceAll('\n', ' ');
  return `${tid} ${tgid} ${flags & PF_KTHREAD ? 1 : 0} ${comm}`;
}
