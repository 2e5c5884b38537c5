import { escaped } from '../chart/page.js';
import type { CellKind } from './cells.js';
import { openedAt } from './data.js';
import { stateAt } from './state.js';
import type { Timeline } from './timeline.js';

/** What is shown where a cell says nothing; the client says the same. */
const NOTHING = '–';

/** The state as it is when the page opens. The client changes its texts, never its elements. */
export function panelHtml(timeline: Timeline): string {
  const panel = new Panel(timeline);
  const mms = [...panel.mms(), panel.locks()].join('\n');
  return [panel.cpus(), `<div class="tl-mms">${mms}</div>`, panel.tasks()].join('\n');
}

class Panel {
  private readonly index: ReadonlyMap<string, number>;
  private readonly state: ReturnType<typeof stateAt>;
  private readonly blamed: ReadonlySet<number>;

  constructor(private readonly timeline: Timeline) {
    this.index = new Map(timeline.cells.map(({ kind, a, b }, i) => [`${kind} ${a} ${b}`, i]));
    const at = openedAt(timeline);
    this.state = stateAt(timeline, at);
    this.blamed = new Set(at === timeline.violation ? timeline.blamed : []);
  }

  /** A cpu a line, with its store buffer where there is one. */
  cpus(): string {
    const { cpus, buffers } = this.timeline;
    if (cpus.length === 0) return '';
    const lines = cpus.map((cpu, lane) => {
      const buffer = buffers ? `<td class="tl-buffer" data-buffer="${lane}">${this.buffer(cpu)}</td>` : '';
      return `<tr><th scope="row">CPU${cpu}</th>${this.td('curr', cpu)}${this.td('holds', cpu)}${this.td('clock', cpu)}${buffer}</tr>`;
    });
    const heads = ['cpu', 'rq-&gt;curr', 'holds cid', 'rq-&gt;clock', ...(buffers ? ['store buffer'] : [])];
    return table('tl-cpus', heads, lines);
  }

  /** Of each mm its mask, next_scan and slots. */
  mms(): string[] {
    const { cells, mmNames } = this.timeline;
    const mms = [...new Set(cells.flatMap(({ kind, a }) => (kind === 'mask' ? [a] : [])))];
    return mms.map((mm) => {
      const of = (kind: CellKind) => cells.filter((cell) => cell.kind === kind && cell.a === mm);
      const masks = of('mask').map(({ b }) => this.cell('mask', mm, b));
      const scan = of('next-scan').map(() => this.fact('mm_cid_next_scan', this.cell('next-scan', mm)));
      const name = escaped(mmNames[mm]!);
      const slots = of('slot').map(
        ({ b }) =>
          `<li><span>cid[${name}][${b}]</span> <b>${this.cell('slot', mm, b)}</b> <small>${this.cell('time', mm, b)}</small></li>`,
      );
      const list =
        slots.length === 0 ? '' : `<ul aria-label="pcpu_cid of ${name}: cid and time">${slots.join('')}</ul>`;
      return `<div class="tl-mm"><p><b>mm ${name}</b> ${this.fact('cidmask', masks.join(' '))} ${scan.join('')}</p>${list}</div>`;
    });
  }

  /** The locks that anybody takes. */
  locks(): string {
    const locks = this.timeline.cells.flatMap((cell, i) =>
      cell.kind === 'lock' ? [this.fact(escaped(cell.label), this.numbered(i))] : [],
    );
    return locks.length === 0 ? '' : `<div class="tl-mm"><p>${locks.join(' ')}</p></div>`;
  }

  tasks(): string {
    const { cells, taskNames } = this.timeline;
    const tasks = cells.flatMap(({ kind, a }) => (kind === 'mm-cid' ? [a] : []));
    if (tasks.length === 0) return '';
    const lines = tasks.map(
      (task) =>
        `<tr><th scope="row">${escaped(taskNames[task]!)}</th>${this.td('task-mm', task)}${this.td('active', task)}${this.td('mm-cid', task)}</tr>`,
    );
    return table('tl-tasks', ['task', 'mm', 'mm_cid_active', 'mm_cid'], lines);
  }

  private td(kind: CellKind, a: number): string {
    return `<td>${this.cell(kind, a)}</td>`;
  }

  private fact(name: string, value: string): string {
    return `<span class="tl-fact">${name} ${value}</span>`;
  }

  private cell(kind: CellKind, a: number, b = 0): string {
    return this.numbered(this.index.get(`${kind} ${a} ${b}`)!);
  }

  /** A cell, and behind it what waits to be stored there. */
  private numbered(cell: number): string {
    const classes = [
      ...(this.state.changed.has(cell) ? ['tl-changed'] : []),
      ...(this.blamed.has(cell) ? ['tl-blamed'] : []),
    ];
    const look = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
    const word = escaped(this.state.words[cell]! || NOTHING);
    const { buffers } = this.timeline;
    const waits = buffers ? `<i data-waits="${cell}">${escaped(this.waits(cell))}</i>` : '';
    return `<span data-cell="${cell}"${look}>${word}</span>${waits}`;
  }

  private waits(cell: number): string {
    const all = [...this.state.waiting.values()].flat().filter((store) => store.cell === cell);
    const newest = all.sort((one, other) => one.issued - other.issued).at(-1);
    return newest === undefined ? '' : ` (${newest.value} waits)`;
  }

  private buffer(cpu: number): string {
    const waiting = this.state.waiting.get(cpu) ?? [];
    if (waiting.length === 0) return NOTHING;
    const at = openedAt(this.timeline);
    return waiting
      .map(({ text, issued }) => `<span${issued === at ? ' class="tl-changed"' : ''}>${escaped(text)}</span>`)
      .join(' ');
  }
}

function table(name: string, heads: readonly string[], lines: readonly string[]): string {
  const head = heads.map((title) => `<th scope="col">${title}</th>`).join('');
  return `<table class="${name}"><thead><tr>${head}</tr></thead><tbody>${lines.join('')}</tbody></table>`;
}
