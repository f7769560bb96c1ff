/** What the forms of the panel share: errors beside their fields. */

let n = 0;

/** Show messages beside fields, {name: [message]} as in a 422; take the old ones away, go to the first. */
export function showErrors(form, fields = {}, { find = (name) => form.elements[name], go = true } = {}) {
  for (const old of form.querySelectorAll('.error')) old.remove();
  for (const field of form.querySelectorAll('[aria-invalid]')) {
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
  }
  for (const [name, messages] of flat(fields)) mark(find(name) ?? form.querySelector('.form-error'), messages);
  if (go) form.querySelector('[aria-invalid]')?.focus();
}

/** {"evidence": {"0": {"url": […]}}} becomes ["evidence.0.url", […]]. */
function flat(fields, above = '') {
  return Object.entries(fields).flatMap(([name, value]) => (
    typeof value === 'string' || Array.isArray(value) ? [[above + name, value]] : flat(value, `${above}${name}.`)));
}

function mark(field, messages) {
  const error = Object.assign(document.createElement('span'), { className: 'error', id: `error-${n++}`, textContent: [messages].flat().join(' ') });
  field.after(error);
  if (!field.name) return;
  field.ariaInvalid = 'true';
  field.setAttribute('aria-describedby', error.id);
}
