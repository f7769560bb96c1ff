/** What was typed into a form and sent when the session had ended already: offered again once one has signed in. */
import { me } from './api.js';

const SENT = 'annotate.sent'; // {who, path, form, action, values, isLost}, of this tab
const KINDS = 'textarea, select, input:not([type=hidden], [type=password], [type=search], [type=submit])';

const fieldsOf = (form) => [...form.querySelectorAll(KINDS)];
const isTicked = ({ type }) => type === 'checkbox' || type === 'radio';

/** Remember what is sent, and give back what went no further than the sign-in. */
export function keepForms() {
  const sent = JSON.parse(sessionStorage.getItem(SENT) ?? 'null');
  if (!me) return sent && sessionStorage.setItem(SENT, JSON.stringify({ ...sent, isLost: true }));
  document.addEventListener('submit', ({ target }) => remember(target));
  if (sent?.who !== me) return;
  if (sent.isLost && sent.path !== location.pathname) return offer(sent);
  sessionStorage.removeItem(SENT);
  if (sent.isLost) refill(sent);
}

function remember(form) {
  const fields = fieldsOf(form);
  if (form.method !== 'post' || !fields.length) return;
  const values = fields.map((field) => (isTicked(field) ? field.checked : field.value));
  const sent = { who: me, path: location.pathname, form: [...document.forms].indexOf(form), action: form.action, values };
  sessionStorage.setItem(SENT, JSON.stringify(sent));
}

function offer({ path }) {
  const link = Object.assign(document.createElement('a'), { href: path, textContent: 'Go back to it' });
  tell(document.getElementById('notices'), 'after', 'Your session had ended, so what you sent last was not stored. It is kept here. ', link);
}

function refill({ form: n, action, values }) {
  const form = document.forms[n];
  const fields = form?.action === action ? fieldsOf(form) : [];
  if (fields.length !== values.length) return;
  fields.forEach((field, i) => (isTicked(field) ? (field.checked = values[i]) : (field.value = values[i])));
  const fold = form.closest('details');
  if (fold) fold.open = true;
  tell(form, 'before', 'Your session had ended, so this was not stored. What you typed is here again: look at it, then send it.');
}

function tell(el, where, ...parts) {
  const line = Object.assign(document.createElement('p'), { className: 'told', role: 'status' });
  line.append(...parts);
  el[where](line);
}
