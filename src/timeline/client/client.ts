/**
 * The timelines of a page, made to move: runs in a browser, imports nothing, loads nothing. The elements are all there
 * (html.ts, panel.ts); this changes their texts and classes.
 */
import type { ClientData } from '../data.js';

/** What is shown where a cell says nothing, as panel.ts does. */
const NOTHING = '–';
const TEN = 10;

/** Where a key or a button leads. */
type Go =
  | 'first'
  | 'back'
  | 'lane-previous'
  | 'previous'
  | 'next'
  | 'lane-next'
  | 'on'
  | 'last'
  | 'violation';

const KEYS: Readonly<Record<string, Go>> = {
  ArrowLeft: 'previous',
  k: 'previous',
  ArrowRight: 'next',
  j: 'next',
  PageUp: 'back',
  PageDown: 'on',
  Home: 'first',
  End: 'last',
  v: 'violation',
  '[': 'lane-previous',
  ']': 'lane-next',
};

class TimelineView {
  private readonly data: ClientData;
  private readonly rows = new Map<number, HTMLElement>();
  private readonly cells = new Map<number, HTMLElement>();
  private readonly waits = new Map<number, HTMLElement>();
  private readonly head: HTMLElement;
  private readonly state: HTMLElement;
  private readonly map: HTMLElement;
  private readonly cursor: HTMLElement;
  private readonly at: HTMLElement;
  /** The position that the cells show; 0 at first. */
  private position = 0;
  private readonly words: number[];
  private now: HTMLElement | undefined;
  private stateHeight = 0;

  constructor(readonly root: HTMLElement) {
    const find = (query: string) => root.querySelector<HTMLElement>(query)!;
    this.data = JSON.parse(find('script').textContent ?? '') as ClientData;
    this.words = [...this.data.start];
    this.head = find('.tl-head');
    this.state = find('.tl-state');
    this.map = find('.tl-map');
    this.cursor = find('.tl-cursor');
    this.at = find('.tl-at');
    const collect = (name: string, into: Map<number, HTMLElement>) => {
      for (const element of root.querySelectorAll<HTMLElement>(`[data-${name}]`)) {
        into.set(Number(element.dataset[name]), element);
      }
    };
    collect('step', this.rows);
    collect('cell', this.cells);
    collect('waits', this.waits);
    root.classList.add('tl-live');
    this.cursor.hidden = false;
    find('.tl-buttons').hidden = false;
    this.listen();
    this.show(this.data.at);
  }

  /** Does what a key or a button asks for. */
  go(where: Go): void {
    const { last, violation } = this.data;
    const { position } = this;
    const target: Record<Go, number> = {
      first: 1,
      back: position - TEN,
      'lane-previous': this.onLane(-1),
      previous: position - 1,
      next: position + 1,
      'lane-next': this.onLane(1),
      on: position + TEN,
      last,
      violation: violation < 0 ? position : violation,
    };
    this.moveTo(target[where]);
  }

  /** Shows a position, and its line. */
  moveTo(position: number): void {
    this.show(Math.max(0, Math.min(this.data.last, position)));
    this.reveal();
  }

  /** How much of it is on the screen, in pixels. */
  visible(): number {
    const { top, bottom } = this.root.getBoundingClientRect();
    return Math.min(bottom, window.innerHeight) - Math.max(top, 0);
  }

  /** The next step, or the one before, on the cpu of this one. */
  private onLane(direction: 1 | -1): number {
    const { lanes, last } = this.data;
    const lane = lanes[Math.min(this.position, lanes.length) - 1] ?? lanes[0];
    for (let step = this.position + direction; step >= 1 && step <= last; step += direction) {
      if (lanes[step - 1] === lane) return step;
    }
    return this.position;
  }

  private listen(): void {
    for (const button of this.root.querySelectorAll<HTMLElement>('[data-go]')) {
      button.addEventListener('click', () => this.go(button.dataset.go as Go));
    }
    this.root.addEventListener('click', (event) => {
      const row = (event.target as Element).closest<HTMLElement>('li[data-step]');
      // Who marks text to copy it does not want to go there.
      if (row === null || String(window.getSelection()) !== '') return;
      this.show(Number(row.dataset.step));
    });
    const point = (event: PointerEvent) => {
      const { left, width } = this.map.getBoundingClientRect();
      const part = Math.max(0, Math.min(1 - Number.EPSILON, (event.clientX - left) / width));
      this.moveTo(1 + Math.floor(part * this.data.last));
    };
    this.map.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      this.map.setPointerCapture(event.pointerId);
      point(event);
    });
    this.map.addEventListener('pointermove', (event) => {
      if (this.map.hasPointerCapture(event.pointerId)) point(event);
    });
    // What the browser scrolls to by itself stays clear of the head.
    const keepClear = () => this.root.style.setProperty('--head', `${this.head.offsetHeight}px`);
    keepClear();
    new ResizeObserver(keepClear).observe(this.head);
    window.addEventListener('resize', () => {
      this.stateHeight = 0;
      this.state.style.minHeight = '';
      this.keepHeight();
    });
  }

  /** Shows the state at a position, and marks its line; scrolls nowhere. */
  private show(position: number): void {
    const { data } = this;
    this.follow(position);
    const changed = new Set(data.changes[position - 1]?.filter((_, i) => i % 2 === 0));
    const blamed = new Set(position === data.violation ? data.blamed : []);
    const waiting = data.stores.filter(([, issued, reached]) => issued <= position && position < reached);
    const newest = new Map(waiting.map(([, , , cell, value]) => [cell, value]));
    for (const [cell, element] of this.cells) {
      setText(element, data.words[this.words[cell]!] || NOTHING);
      element.classList.toggle('tl-changed', changed.has(cell));
      element.classList.toggle('tl-blamed', blamed.has(cell));
    }
    for (const [cell, element] of this.waits) {
      const value = newest.get(cell);
      setText(element, value === undefined ? '' : ` (${value} waits)`);
    }
    for (const element of this.root.querySelectorAll<HTMLElement>('[data-buffer]')) {
      this.showBuffer(
        element,
        waiting.filter(([lane]) => lane === Number(element.dataset.buffer)),
        position,
      );
    }
    this.keepHeight();
    this.showChanged();
    this.showPlace(position);
  }

  /** Brings the cells' words to a position, step by step from where they are, or from the start. */
  private follow(position: number): void {
    const { start, changes } = this.data;
    if (position < this.position) {
      this.position = 0;
      for (const [cell, word] of start.entries()) this.words[cell] = word;
    }
    while (this.position < position) {
      const change = changes[this.position++] ?? [];
      for (let i = 0; i < change.length; i += 2) this.words[change[i]!] = change[i + 1]!;
    }
  }

  private showBuffer(element: HTMLElement, waiting: ClientData['stores'], position: number): void {
    const texts = waiting.map(([, , , , , text]) => text);
    if (element.dataset.shown === texts.join('\n') && !element.querySelector('.tl-changed')) {
      if (!waiting.some(([, issued]) => issued === position)) return;
    }
    element.dataset.shown = texts.join('\n');
    element.replaceChildren(
      ...waiting.flatMap(([, issued, , , , text]) => {
        const store = document.createElement('span');
        store.textContent = text;
        store.classList.toggle('tl-changed', issued === position);
        return [store, ' '];
      }),
      ...(waiting.length === 0 ? [NOTHING] : []),
    );
  }

  /** Where the state is higher than its box, what changed first is scrolled to. */
  private showChanged(): void {
    const { state } = this;
    if (state.scrollHeight <= state.clientHeight) return;
    const changed = state.querySelector<HTMLElement>('.tl-blamed, .tl-changed');
    if (changed === null) return;
    const top = changed.getBoundingClientRect().top - state.getBoundingClientRect().top;
    if (top < 0 || top > state.clientHeight - 2 * changed.offsetHeight)
      state.scrollTop += top - state.clientHeight / 3;
  }

  /** The line, the cursor of the overview, and what they are in words. */
  private showPlace(position: number): void {
    const { last, lanes } = this.data;
    const row = this.rows.get(position);
    this.now?.classList.remove('tl-now');
    this.now?.removeAttribute('aria-current');
    row?.classList.add('tl-now');
    row?.setAttribute('aria-current', 'step');
    this.now = row;
    this.cursor.classList.toggle('tl-at-red', position === this.data.violation);
    this.cursor.style.left = `${(100 * Math.max(0, position - 0.5)) / Math.max(1, last)}%`;
    const cpu = row?.querySelector('.tl-cpu')?.textContent;
    const what = row?.querySelector('.tl-text')?.textContent;
    const where =
      position === 0
        ? 'Start'
        : position > lanes.length
          ? 'End of the run'
          : `Step ${position} of ${lanes.length}`;
    setText(this.at, cpu === undefined ? where : `${where}: ${cpu} ${what}`);
  }

  /** The state stays as high as it ever was, so that the table below does not jump. */
  private keepHeight(): void {
    const { offsetHeight } = this.state;
    if (offsetHeight <= this.stateHeight) return;
    this.stateHeight = offsetHeight;
    this.state.style.minHeight = `${offsetHeight}px`;
  }

  /** Scrolls the line to where it can be seen, with some lines around it. */
  private reveal(): void {
    const line = this.now ?? this.root.querySelector<HTMLElement>('li.tl-row');
    if (line === null) return;
    // What is off the screen may have no height yet: look again once it has.
    for (let again = 0; again < 2; again++) {
      const { top, bottom, height } = line.getBoundingClientRect();
      const { bottom: above } = this.head.getBoundingClientRect();
      const room = window.innerHeight - above;
      if (
        top >= above + height &&
        bottom <= window.innerHeight - 2 * height &&
        above >= this.head.offsetHeight
      )
        return;
      const target = this.head.offsetHeight + Math.max(0, room) * 0.4;
      window.scrollBy({ top: top - target, behavior: 'instant' });
    }
  }
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

const views = [...document.querySelectorAll<HTMLElement>('.timeline')].map((root) => new TimelineView(root));

/** Whose the keys are: the timeline that has the focus, else that which takes most of the screen. */
function addressed(): TimelineView | undefined {
  const focused = document.activeElement?.closest('.timeline');
  const own = views.find(({ root }) => root === focused);
  if (own !== undefined) return own;
  const shown = views.map((view) => ({ view, size: view.visible() })).filter(({ size }) => size > 0);
  return shown.sort((one, other) => other.size - one.size)[0]?.view;
}

document.addEventListener('keydown', (event) => {
  const typed = event.getModifierState('AltGraph');
  if (event.defaultPrevented || event.metaKey || (!typed && (event.ctrlKey || event.altKey))) return;
  const target = event.target as HTMLElement;
  if (target.isContentEditable || target.closest('input, textarea, select') !== null) return;
  const go = KEYS[event.key];
  const view = go === undefined ? undefined : addressed();
  if (go === undefined || view === undefined) return;
  event.preventDefault();
  view.go(event.shiftKey && go === 'previous' ? 'back' : event.shiftKey && go === 'next' ? 'on' : go);
});

/** An address that ends with a step's id leads there. */
function followHash(): void {
  for (const view of views) {
    const { id } = view.root;
    const step = location.hash.startsWith(`#${id}-`)
      ? Number(location.hash.slice(id.length + 2))
      : Number.NaN;
    if (Number.isInteger(step)) view.moveTo(step);
  }
}

window.addEventListener('hashchange', followHash);
// The browser goes there too, and may do so late.
window.addEventListener('load', followHash);
followHash();
