import type * as Vega from 'vega';
import type * as VegaLite from 'vega-lite';

/** Draws charts. The libraries are loaded here, so that no other command waits for them. */
export async function drawSvg(spec: VegaLite.TopLevelSpec): Promise<string> {
  libraries ??= load();
  const { vega, vegaLite } = await libraries;
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: 'none' });
  vega.resetSVGDefIds();
  return view.toSVG();
}

interface Libraries {
  readonly vega: typeof Vega;
  readonly vegaLite: typeof VegaLite;
}

let libraries: Promise<Libraries> | undefined;

/**
 * The libraries as they come for `<script>`, each one file that sets a global, instead of hundreds of modules:
 * every worker that has a finding to write waits for them.
 */
async function load(): Promise<Libraries> {
  await import(new URL('./vega.min.js', import.meta.resolve('vega')).href);
  await import(new URL('./vega-lite.min.js', import.meta.resolve('vega-lite')).href);
  return globalThis as unknown as Libraries;
}
