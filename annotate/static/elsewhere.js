/** On all pages but the workbench: send what waits, say what does, and keep what a form sent in vain. */
import { keepForms } from './again.js';
import { KEYS_SETTING } from './keys.js';
import { showNotices } from './notices.js';
import { Outbox } from './outbox.js';

keepForms();
const outbox = new Outbox({ report: () => showNotices(outbox) });
outbox.ready.then(() => {
  showNotices(outbox);
  if (outbox.unsent.length) outbox.retry();
});

// Buttons with a key of their own, where single keys are not switched off and nobody types.
addEventListener('keydown', ({ key, target, repeat, ctrlKey, metaKey, altKey }) => {
  if (repeat || ctrlKey || metaKey || altKey || target.closest('input, select, textarea, dialog')) return;
  if (localStorage.getItem(KEYS_SETTING) === 'off') return;
  document.querySelector(`[data-shortcut="${CSS.escape(key)}"]`)?.click();
});
