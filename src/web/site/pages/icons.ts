/** The few pictures of the pages: drawn in the colour of the text, and said by the words beside. */
import { html } from './html.js';

export const heart = html`<svg
  class="heart"
  viewBox="0 0 24 24"
  aria-hidden="true"
  focusable="false"
>
  <path d="M12 20.3 4.2 12.6a5 5 0 0 1 7.1-7.1l.7.7.7-.7a5 5 0 0 1 7.1 7.1Z" />
</svg>`;

export const raft = html`<svg class="raft" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
  <path class="sail" d="M15 3v15H6.5A22 22 0 0 0 15 3Zm2.5 3.5A19 19 0 0 1 26 18h-8.5Z" />
  <path class="deck" d="M4 20.5h24" />
  <path class="wave" d="M2 27q3.5-3.5 7 0t7 0 7 0 7 0" />
</svg>`;

/** The same for the tab of a browser, in colours of its own. */
export const iconFile = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#0b5c66"/>
<path fill="#fff" d="M15 4v14H7.5A21 21 0 0 0 15 4Zm2.5 3.5A18 18 0 0 1 25 18h-7.5Z"/>
<path fill="none" stroke="#ffb59e" stroke-width="2.5" stroke-linecap="round" d="M5 21h22"/>
<path fill="none" stroke="#9fd8dc" stroke-width="2" stroke-linecap="round"
 d="M4 26q3-3 6 0t6 0 6 0 6 0"/>
</svg>
`;

/** One length of the wave under the head of every page; a mask, so its colour does not count. */
export const waveFile = `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="8">
<path fill="none" stroke="#000" stroke-width="1.5" d="M0 4q6-5 12 0t12 0 12 0 12 0"/>
</svg>
`;
