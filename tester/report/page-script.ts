/**
 * What the page does besides the timeline, as the script that stands in it: a filter over the
 * checks, and everything unfolded for print. Without it the page can be read all the same.
 */
export const pageScript = String.raw`
'use strict';
(() => {
const form = document.getElementById('filter');
document.documentElement.classList.add('scripted');

// Shows the checks that have a ticked verdict and all words; groups with any open themselves.
function filter() {
  const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const kinds = new Set([...form.querySelectorAll('[name=kind]:checked')].map((box) => box.value));
  let shown = 0;
  for (const group of document.querySelectorAll('details.group')) {
    let found = 0;
    for (const check of group.querySelectorAll('.check')) {
      const text = (group.dataset.group + ': ' + check.textContent).toLowerCase();
      const fits = kinds.has(check.dataset.verdict) && words.every((word) => text.includes(word));
      check.hidden = !fits;
      if (fits) found += 1;
    }
    group.hidden = found === 0;
    if (words.length > 0 && found > 0) for (const fold of foldsOf(group)) fold.open = true;
    shown += found;
  }
  document.getElementById('shown').textContent = shown + ' shown';
}
const foldsOf = (group) => [group, ...group.querySelectorAll('details')];

if (form) {
  form.addEventListener('input', filter);
  form.addEventListener('submit', (event) => event.preventDefault());
}
window.addEventListener('beforeprint', () => {
  for (const fold of document.querySelectorAll('details')) fold.open = true;
});
})();
`;
