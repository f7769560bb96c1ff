/** What the panel of the workbench tells beside the forms: how far the checking is, who has a sentence to check, what was corrected, the way back. */
import { isCheckable, words } from './sentences.js';
import { checkedSoFar } from './verification.js';

const DESK = 'annotate.desk'; // where on the verification desk this tab comes from

/** Who takes in a draft of an earlier visit, by its kind; each refuses where there is no form for it. */
export const takersOf = (panel) => ({
  verification: (s, draft) => isCheckable(s.decision?.label) && panel.verification.restore(s, draft),
  decision: (s, draft) => Boolean(panel.decision && s.decision) && panel.decision.restore(s, draft),
});

export function goToDesk() {
  const desk = sessionStorage.getItem(DESK);
  if (desk) location.assign(desk);
}

/** Return what shows a sentence. */
export const asideOf = (root) => (s) => {
  const { assignment: a, corrections } = s;
  root.querySelector('#checked').textContent = checkedSoFar(s);
  const desk = sessionStorage.getItem(DESK);
  const back = root.querySelector('#back-to-desk');
  back.hidden = !desk;
  if (desk) back.firstElementChild.href = desk;
  const assigned = root.querySelector('#assigned');
  assigned.hidden = !a?.reviewer;
  assigned.textContent = a?.reviewer ? `${a.reviewer} has this to check${a.by === a.reviewer ? '' : ', from ' + a.by}.${a.question ? ' They were asked: “' + a.question + '”' : ''}` : '';
  root.querySelector('#corrections').hidden = !corrections.length;
  root.querySelector('#corrections ul').replaceChildren(...corrections.map(correction));
};

function correction({ at, by, act, reason, changes }) {
  const fields = changes.map(({ field, from, to }) => (field === 'evidence' ? 'evidence' : [field + ':', words(from) || 'none', '→', words(to) || 'none'].join(' ')));
  const textContent = `${at.slice(0, 10)}, ${by ?? 'a new revision'}: ${[act, ...fields].join('; ')}${reason ? '. ' + reason : ''}`;
  return Object.assign(document.createElement('li'), { textContent });
}
