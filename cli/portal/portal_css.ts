import { PALETTE } from "../pages/palette.ts";

/** The style sheet of all pages. */
export const PORTAL_CSS = `${PALETTE}* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0;
  padding: 1.25rem;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere;
}
header, main { max-width: 32rem; margin: 0 auto; }
header {
  padding: .5rem 0 1rem;
  color: var(--accent);
  font-weight: 700;
  letter-spacing: .02em;
}
main {
  padding: 1.75rem;
  background: var(--sheet);
  border: 1px solid var(--line);
  border-radius: .75rem;
}
h1 { margin: 0 0 1rem; font-size: 1.375rem; line-height: 1.25; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
p { margin: 0 0 1rem; }
main > :last-child { margin-bottom: 0; }
ul { margin: 0 0 1rem; padding-left: 1.25rem; }
li { margin-bottom: .375rem; }
.faint { color: var(--faint); }
.code {
  margin: 0 0 1rem;
  padding: .75rem;
  border: 1px dashed var(--line);
  border-radius: .5rem;
  font: 600 1.75rem/1.2 ui-monospace, monospace;
  letter-spacing: .12em;
  text-align: center;
}
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1rem; }
dt { color: var(--faint); }
dd { margin: 0; }
.problem {
  padding: .75rem 1rem;
  border-radius: .5rem;
  background: var(--alarm-ground);
  color: var(--alarm);
}
label { display: block; margin-bottom: 1rem; font-weight: 600; }
input {
  display: block;
  width: 100%;
  margin-top: .25rem;
  padding: .625rem .75rem;
  border: 1px solid var(--faint);
  border-radius: .5rem;
  background: var(--sheet);
  color: var(--ink);
  font: inherit;
  font-weight: 400;
}
code {
  display: block;
  padding: .75rem 1rem;
  border: 1px solid var(--line);
  border-radius: .5rem;
  font: .875rem/1.5 ui-monospace, monospace;
}
button {
  min-height: 2.75rem;
  padding: .5rem 1.25rem;
  border: 1px solid var(--accent);
  border-radius: .5rem;
  background: var(--accent);
  color: var(--on-accent);
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
button.quiet { background: transparent; border-color: var(--faint); color: var(--ink); }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media (max-width: 30rem) {
  body { padding: .75rem; }
  main { padding: 1.25rem; }
  .buttons button { flex: 1 1 100%; }
}
`;
