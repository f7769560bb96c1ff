/** Signing in again without leaving the page. */
import { me, meta, readPage, recognise } from './api.js';

/** Returns what was wrong, or nothing. */
async function signIn(address, password) {
  try {
    const form = await readPage(await fetch(address));
    const body = new URLSearchParams({ name: me, password, next: '', csrf_token: meta('csrf-token', form).content });
    const page = await readPage(await fetch(address, { method: 'POST', body }));
    return recognise(page) === me ? '' : page.querySelector('[role=alert]')?.textContent ?? 'That did not work.';
  } catch {
    return 'No connection.';
  }
}

/** Send the form of the strip; `then` does what has waited for it. */
export async function comeBack(form, then) {
  const error = form.querySelector('.form-error');
  error.textContent = '';
  const wrong = await signIn(form.action, form.elements.password.value);
  form.elements.password.value = '';
  if (!wrong) return then();
  error.textContent = wrong;
  form.elements.password.focus();
}
