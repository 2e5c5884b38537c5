import type { TopLevelSpec } from 'vega-lite';

/** Draws charts. The libraries are loaded here, so that no other command waits for them. */
export async function drawSvg(spec: TopLevelSpec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  vega.resetSVGDefIds();
  return view.toSVG();
}
