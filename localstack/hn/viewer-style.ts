/** The viewer's whole style; it loads nothing. */
export const VIEWER_STYLE = `
:root { color-scheme: light dark; --ink: #1f2328; --soft: #656d76; --line: #d8dee4; --page: #fbfbf9;
  --card: #fff; --mark: #fff4d6; --edge: #d4a72c; --link: #0a5cad; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e1; --soft: #9a9f98; --line: #33383d;
  --page: #16181a; --card: #1d2023; --mark: #3a3216; --edge: #b58d1e; --link: #7fb6ee; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
.banner { background: var(--edge); color: #1a1500; padding: .5rem 1rem; text-align: center;
  font-weight: 600; position: sticky; top: 0; }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
a { color: var(--link); }
.meta { color: var(--soft); font-size: .85rem; }
.meta a { color: inherit; }
article { border-left: 2px solid var(--line); padding: .1rem 0 .1rem .9rem; margin: 1rem 0; }
article:target > .text, .requested > .text { background: var(--mark); outline: .4rem solid var(--mark);
  border-radius: 2px; }
.requested { border-left-color: var(--edge); }
.text p { margin: .5rem 0; } .text { unicode-bidi: isolate; }
pre { overflow-x: auto; background: var(--card); border: 1px solid var(--line); padding: .6rem; }
code { font: .85em/1.5 ui-monospace, monospace; }
.gone { color: var(--soft); font-style: italic; }
ul { list-style: none; padding: 0; } li { margin: .5rem 0; }
`;
