import { createHash } from 'node:crypto';

/** Text of whatever origin, as HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** A page of our own: what it is called, looks like, holds, and runs. All but the title is HTML, CSS or JavaScript. */
export interface Page {
  readonly title: string;
  readonly style: string;
  readonly body: string;
  /** A script, run once the page is there. Default: none. */
  readonly script?: string;
  /** What the page may load from where it comes from, as CSP directives. Default: nothing. */
  readonly allow?: string;
}

/** How a policy names the one script that may run. */
function hashOf(script: string): string {
  return createHash('sha256').update(script).digest('base64');
}

/** How all pages look. */
const STYLE = `
:root { color-scheme: light dark; --line: #8886; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
section { margin: 3rem 0; }
h2 { font-size: 1.1rem; overflow-wrap: anywhere; }
figure { margin: 1rem 0; overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; max-width: 100%; }
caption { text-align: left; padding: .5rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .5rem; text-align: right; }
th:first-child { text-align: left; font-weight: normal; }
@media (max-width: 30rem) { body { font-size: 13px; } th, td { padding: .25rem; } }
`;

/** A page that needs nothing but itself, and is let do nothing but what is in it. */
export function pageOf({ title, style, body, script, allow }: Page): string {
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    ...(script === undefined ? [] : [`script-src 'sha256-${hashOf(script)}'`]),
    ...(allow === undefined ? [] : [allow]),
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
<main>
${body}
</main>
${script === undefined ? '' : `<script type="module">${script}</script>\n`}</body>
</html>
`;
}
