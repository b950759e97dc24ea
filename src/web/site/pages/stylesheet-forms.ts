/** How forms, buttons, sessions and problems look; a part of the stylesheet. */

export const stylesOfForms = `
button, input, textarea { font: inherit; color: inherit; }
.button {
  display: inline-flex; align-items: center; justify-content: center; min-height: 44px;
  padding: .45rem 1.1rem; border: 0; border-radius: 999px; background: var(--sea);
  color: var(--sea-ink); font-weight: 600; text-decoration: none; cursor: pointer;
}
.button:hover { filter: brightness(1.12); }
.quiet {
  min-height: 44px; padding: 0 .1rem; border: 0; background: none; color: var(--sea);
  cursor: pointer;
}
.quiet:hover { text-decoration: underline; }
.grave {
  min-height: 44px; padding: .45rem 1.1rem; border: 1px solid var(--wrong); border-radius: 999px;
  background: none; color: var(--wrong); font-weight: 600; cursor: pointer;
}
.grave:hover { background: var(--warm-wash); }
.fields { display: grid; gap: 1.4rem; max-width: 34rem; justify-items: start; }
.comments .fields { margin-top: 1.5rem; }
.field { width: 100%; }
.field label { display: block; margin-bottom: .3rem; font-weight: 600; }
.field input, .field textarea {
  display: block; width: 100%; min-height: 46px; padding: .6rem .8rem;
  border: 1px solid var(--soft); border-radius: 8px; background: var(--sheet); line-height: 1.4;
}
.field textarea { resize: vertical; }
.field [aria-invalid] { border: 2px solid var(--wrong); }
.hint { margin-top: .3rem; color: var(--soft); font-size: .875rem; }
.mistake { margin-bottom: .35rem; color: var(--wrong); font-weight: 600; }
.mistake::before { content: "! "; }
.other { margin-top: 1.5rem; color: var(--soft); }
.sessions { margin: 1.25rem 0; border-top: 1px solid var(--line); }
.sessions li {
  display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
  gap: .25rem 1rem; min-height: 4.5rem; padding: .5rem 0; border-bottom: 1px solid var(--line);
}
.sessions .hint { display: block; margin: 0; }
.this { color: var(--warm); font-weight: 600; font-size: .875rem; }
.problem .status {
  width: 100%; color: var(--warm); font: 600 1rem/1.2 var(--plain); letter-spacing: .05em;
}
.why { max-width: 36rem; margin-bottom: 1.25rem; font-size: 1.0625rem; }
`;
