/** How a report looks, beside its timelines. */
export const REPORT_STYLE = `
body { max-width: 100rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin-bottom: .25rem; overflow-wrap: anywhere; }
h3 small { font-weight: normal; opacity: .65; }
.lead { font-size: 1.1rem; }
.lead strong, .lead span { white-space: nowrap; }
.bad { color: #d33; }
.wide { overflow-x: auto; }
.findings td, .findings th { text-align: left; vertical-align: top; font-weight: normal; }
.findings th { opacity: .7; }
.findings code { font-size: .85em; }
.campaign { margin: 1rem 0 2rem; border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; }
.words { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: .15rem 2rem; margin: 0; }
.words div { display: flex; justify-content: space-between; gap: 1rem; border-bottom: 1px dotted var(--line); }
.words dt { opacity: .7; }
.words dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 1rem; margin-top: 1rem; }
.charts figure { margin: 0; }
.charts svg { width: 100%; height: auto; }
.finding { margin: 2.5rem 0; }
.about, .left { opacity: .75; }
.race { margin: .25rem 0 1rem; padding-left: 1.2rem; }
.race code { font-size: .9em; overflow-wrap: anywhere; }
details summary { cursor: pointer; }
pre { overflow-x: auto; font-size: .8rem; border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; }
@media (max-width: 30rem) {
  .findings thead { display: none; }
  .findings tr { display: block; border-bottom: 1px solid var(--line); padding: .4rem 0; }
  .findings td { display: block; border: 0; padding: 0; }
  .findings td:empty { display: none; }
  .findings td[data-name=algorithm], .findings td[data-name=memory] { display: inline; padding-right: .5rem; }
  .findings td[data-name=actions], .findings td[data-name=met] { display: inline; padding-right: 1rem; }
  .findings td[data-name=actions]::after { content: ' actions'; }
  .findings td[data-name=met]::before { content: 'met '; }
}
`;
