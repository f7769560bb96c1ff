/** The verification form: keeps drafts, explains the rules before they are broken, shows conflicts and refusals. */
import { showErrors } from './forms.js';
import { isCheckable, paint, unchecked, words } from './sentences.js';

const AXES = ['status', 'attribution', 'verdict', 'rationale'];
const EVIDENCE = ['url', 'reference', 'title', 'excerpt', 'stance', 'accessed_at', 'archive_url'];
const NEEDS_RATIONALE = new Set(['false', 'misleading', 'unverifiable', 'misquoted', 'out_of_context']);

const pick = (from, names) => Object.fromEntries(names.map((name) => [name, from[name] || null]));
const normal = (v) => ({ ...pick(v, AXES), evidence: v.evidence.map((one) => pick(one, EVIDENCE)) });
/** What the form starts from; what was checked as something else starts anew. */
const startOf = ({ verification: v, decision }) => normal(v.suspended ? unchecked(decision.label) : v);
const text = (value) => JSON.stringify(value);

/** What the rules still ask for, by field, as a 422 would say it. */
export function missing(record, label, stored, reason) {
  const fields = {};
  const rows = record.evidence.map((one, i) => [i, one]).filter(([, one]) => !one.url && !one.reference);
  if (rows.length) fields.evidence = Object.fromEntries(rows.map(([i]) => [i, { url: ['Give a link or a reference, or remove this evidence.'] }]));
  if (stored.status === 'settled' && record.status === 'settled') fields.status = ['To reopen it, choose another status.'];
  if (stored.status === 'settled' && !reason) fields.reason = ['Say why you reopen it.'];
  if (record.status !== 'settled') return fields;
  if (label === 'quote' && record.attribution === 'unconfirmed') fields.attribution = ['To settle a quote, say whether it was said.'];
  if (label === 'claim' && record.verdict === 'unverified') fields.verdict = ['To settle a claim, choose a verdict.'];
  if (!record.evidence.length && record.verdict !== 'unverifiable') fields.evidence = ['To settle it, add at least one piece of evidence.'];
  const heavy = [record.attribution, record.verdict].find((term) => NEEDS_RATIONALE.has(term));
  if (heavy && !record.rationale) fields.rationale = [`“${words(heavy)}” needs a rationale.`];
  return fields;
}

export class VerificationForm {
  #s = null;

  constructor(form, { isEditor, outbox, send, showSaving, say }) {
    Object.assign(this, { form, isEditor, outbox, send, showSaving, say });
    this.rows = form.querySelector('.rows');
    form.addEventListener('input', () => this.#keep());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#save();
    });
    form.addEventListener('click', ({ target }) => this.#click(target));
  }

  #click(target) {
    if (target.id === 'add-evidence') {
      this.#addRow({}).querySelector('input').focus();
      this.#keep();
    } else if (target.closest('fieldset') && target.type === 'button') {
      target.closest('fieldset').remove();
      this.#number();
      this.form.querySelector('#add-evidence').focus();
      this.#keep();
    } else if (target.id === 'discard') {
      this.#forget();
    } else if (target.dataset.choose) {
      this.#choose(target.dataset.choose);
    }
  }

  /** Show the draft of a sentence, else what is stored. */
  show(s) {
    const other = s !== this.#s;
    this.#s = s;
    const v = s.verification;
    this.form.hidden = !v || !isCheckable(s.decision?.label);
    if (this.form.hidden) return;
    const draft = s.drafts.verification;
    const record = draft?.record ?? startOf(s);
    if (other || text(this.#read()) !== text(record)) this.#fill(record, draft?.reason);
    if (other) showErrors(this.form, draft?.fields, this.#finder(false));
    this.#explain();
  }

  #fill(record, reason = '') {
    for (const name of AXES) this.form.elements[name].value = record[name] ?? (name === 'attribution' ? 'unconfirmed' : '');
    this.form.elements.reason.value = reason;
    this.rows.replaceChildren();
    for (const one of record.evidence) this.#addRow(one);
  }

  #addRow(evidence) {
    const row = document.getElementById('evidence-row').content.firstElementChild.cloneNode(true);
    for (const name of EVIDENCE) {
      const field = row.querySelector(`[name="${name}"]`);
      if (name === 'accessed_at') field.dataset.whole = evidence[name] ?? '';
      if (evidence[name]) field.value = name === 'accessed_at' ? evidence[name].slice(0, 10) : evidence[name];
    }
    this.rows.append(row);
    this.#number();
    return row;
  }

  #number() {
    [...this.rows.children].forEach((row, i) => {
      row.querySelector('legend').textContent = `Evidence ${i + 1}`;
      row.querySelector('button').ariaLabel = `Remove evidence ${i + 1}`;
    });
  }

  #read() {
    const { form } = this;
    const record = Object.fromEntries(AXES.map((name) => [name, form.elements[name].value.trim() || null]));
    if (this.#s.decision?.label !== 'quote') record.attribution = null;
    record.evidence = [...this.rows.children].map((row) => Object.fromEntries(EVIDENCE.map((name) => {
      const { value, dataset } = row.querySelector(`[name="${name}"]`);
      return [name, (value && dataset.whole?.startsWith(value) ? dataset.whole : value.trim()) || null];
    })));
    return record;
  }

  /** Keep what is typed with its sentence, together with the version it was made on. */
  #keep() {
    const s = this.#s;
    const record = this.#read();
    const reason = this.form.elements.reason.value.trim();
    if (text(record) === text(startOf(s)) && !reason) this.#drop(s);
    else s.drafts.verification = { version: s.verification.version, ...s.drafts.verification, record, reason };
    this.#tell(s);
  }

  #drop(s) {
    const { n } = s.drafts.verification ?? {};
    if (n) this.outbox.drop(n);
    delete s.drafts.verification;
  }

  #forget() {
    const s = this.#s;
    this.#drop(s);
    showErrors(this.form);
    this.#fill(startOf(s));
    this.#tell(s);
  }

  #tell(s) {
    paint(s);
    this.showSaving();
    if (s === this.#s) this.#explain();
  }

  /** Say what settling takes, who may reopen, what was refused; lock what may not be changed. */
  #explain() {
    const { form, isEditor } = this;
    const { verification: v, decision, drafts: { verification: draft } } = this.#s;
    if (!v || !isCheckable(decision?.label)) return; // the label is another by now: there is no form
    const isSettled = v.status === 'settled';
    for (const field of form.elements) field.disabled = (isSettled && !isEditor) || Boolean(draft?.sending);
    form.querySelector('[data-for="quote"]').hidden = decision.label !== 'quote';
    form.querySelector('[data-for="reopen"]').hidden = !isSettled || !isEditor;
    form.querySelector('#discard').hidden = !draft;
    form.querySelector('.form-error').textContent = draft?.message ?? '';
    form.querySelector('#rules').textContent = this.#rules(draft?.record ?? startOf(this.#s), decision.label, v, draft?.reason);
    this.#showConflict(draft);
  }

  #rules(record, label, v, reason) {
    if (v.status === 'settled' && !this.isEditor) return `Settled${v.checked_by ? ' by ' + v.checked_by : ''}. An editor can reopen it with a reason.`;
    if (v.status === 'settled' && record.status === 'settled') return 'Settled. To change it, choose another status and say why you reopen it.';
    if (record.status !== 'settled') return `To settle it: ${label === 'quote' ? 'whether it was said' : 'a verdict'} and evidence.`;
    const needs = missing(record, label, v, reason);
    const open = Object.entries(needs).flatMap(([, value]) => (Array.isArray(value) ? value : ['Evidence needs a link or a reference.']));
    return open.length ? open.join(' ') : 'Ready to settle.';
  }

  #save() {
    const s = this.#s;
    const draft = s.drafts.verification ?? { version: s.verification.version, record: this.#read(), reason: '' };
    const fields = missing(draft.record, s.decision.label, s.verification, draft.reason);
    showErrors(this.form, fields, this.#finder());
    if (Object.keys(fields).length) return;
    const { record, version, reason, n } = draft;
    s.drafts.verification = { record, version, reason, sending: true };
    this.#tell(s);
    this.send({
      kind: 'verification', method: 'PUT', path: `/sentences/${s.start}/verification`, start: s.start, version,
      body: { end: s.end, ...record, ...(reason && { reason }) },
    }, n ? [n] : []);
  }

  /** Show a change that waits since an earlier visit. */
  waits(s, { body: { end, reason = '', ...record }, version }) {
    s.drafts.verification = { record: normal(record), version, reason, sending: true };
    paint(s);
  }

  /** The server has answered; `n` is the change if it was refused and waits for me. */
  settled(s, { body: { end, reason = '', ...record }, version, n }, { ok, status, error }) {
    if (!ok) return this.#refused(s, { record: normal(record), version, reason, n }, status, error);
    delete s.drafts.verification;
    this.#tell(s);
    if (s === this.#s && document.activeElement === document.body) this.form.parentElement.querySelector('summary').focus();
    this.say('The verification is saved.');
  }

  #refused(s, draft, status, error) {
    Object.assign(draft, { fields: error.fields ?? {}, message: '' });
    if (status === 412 && error.current) draft.conflict = error.current;
    else draft.message = error.message;
    s.drafts.verification = draft;
    this.#tell(s);
    if (s !== this.#s) return this.say(`A verification is not saved: ${error.message}`);
    showErrors(this.form, draft.fields, this.#finder());
    this.form.querySelector(draft.conflict ? '#conflict' : '.form-error').scrollIntoView({ block: 'nearest' });
  }

  /** Fields by the names that errors use; those of evidence come as "evidence.0.url". */
  #finder(go = true) {
    const { form, rows } = this;
    const find = (name) => (name === 'evidence' ? form.querySelector('#add-evidence') : form.elements[name]);
    const inRow = ([i, name]) => rows.children[i]?.querySelector(`[name="${name}"]`);
    return { go, find: (name) => (name.startsWith('evidence.') ? inRow(name.split('.').slice(1)) : find(name)) };
  }

  #showConflict(draft) {
    const box = this.form.querySelector('#conflict');
    box.hidden = !draft?.conflict;
    if (box.hidden) return;
    const theirs = normal(draft.conflict);
    const rows = [...AXES, 'evidence'].filter((name) => text(theirs[name]) !== text(draft.record[name]));
    box.querySelector('tbody').replaceChildren(...rows.map((name) => line(words(name), show(theirs[name]), show(draft.record[name]))));
  }

  #choose(which) {
    const s = this.#s;
    const { conflict } = s.drafts.verification;
    s.verification = conflict;
    if (which === 'theirs') return this.#forget();
    Object.assign(s.drafts.verification, { version: conflict.version, conflict: null });
    this.#save();
  }
}

const show = (value) => (Array.isArray(value) ? value.map((one) => one.title || one.url || one.reference).join('; ') : words(value)) || '–';

function line(head, ...cells) {
  const row = document.createElement('tr');
  const make = (tag, textContent) => Object.assign(document.createElement(tag), { textContent });
  row.append(Object.assign(make('th', head), { scope: 'row' }), ...cells.map((cell) => make('td', cell)));
  return row;
}
