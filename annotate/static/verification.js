/**
 * The verification form, on the workbench and on the desk: keeps drafts, explains the rules before they are broken,
 * shows conflicts field by field, and refusals.
 */
import { me } from './api.js';
import { showErrors } from './forms.js';
import { clip, isCheckable, unchecked, words } from './sentences.js';

const AXES = ['status', 'attribution', 'verdict', 'rationale'];
const FIELDS = [...AXES, 'evidence'];
const EVIDENCE = ['url', 'reference', 'title', 'excerpt', 'stance', 'accessed_at', 'archive_url'];
const MOST_EVIDENCE = 50;
const NEEDS_RATIONALE = new Set(['false', 'misleading', 'unverifiable', 'misquoted', 'out_of_context']);
const SUBSTANCE = ['verdict', 'attribution', 'evidence'];

const pick = (from, names) => Object.fromEntries(names.map((name) => [name, from[name] || null]));
const normal = (v) => ({ ...pick(v, AXES), evidence: v.evidence.map((one) => pick(one, EVIDENCE)) });
/** What the form starts from; what was checked as something else starts anew. */
const startOf = ({ verification: v, decision }) => normal(v.suspended ? unchecked(decision.label) : v);
const text = (value) => JSON.stringify(value);
const today = () => new Date().toLocaleDateString('sv'); // as 2026-01-31, of this place's day

/** Who changed the result last, if this is stored as it is. */
const proposerOf = (record, stored) => (SUBSTANCE.some((name) => text(record[name]) !== text(normal(stored)[name])) ? me : stored.proposed_by);

const heavyOf = ({ attribution, verdict }) => [attribution, verdict].find((term) => NEEDS_RATIONALE.has(term));

/** What settling takes, each with whether it is there: [[isThere, words, field, complaint]]. */
export function needs(record, label, stored, twoPersons) {
  const list = [];
  if (label === 'quote') list.push([record.attribution && record.attribution !== 'unconfirmed', 'Whether it was said', 'attribution', 'To settle a quote, say whether it was said.']);
  else list.push([record.verdict && record.verdict !== 'unverified', 'A verdict', 'verdict', 'To settle a claim, choose a verdict.']);
  if (record.verdict !== 'unverifiable') list.push([record.evidence.length > 0, 'At least one piece of evidence', 'evidence', 'To settle it, add at least one piece of evidence.']);
  const heavy = heavyOf(record);
  if (heavy) list.push([record.rationale, `A rationale, for “${words(heavy)}”`, 'rationale', `“${words(heavy)}” needs a rationale.`]);
  if (twoPersons) {
    const proposer = proposerOf(record, stored);
    const who = proposer === me ? 'Another person than you, who changed the result last' : `Another person than ${proposer ?? 'whoever finds the result'}`;
    list.push([proposer && proposer !== me, who, 'status', 'You changed the result last: hand it over as “Second look”, another person settles it.']);
  }
  return list;
}

/** What the rules still ask for, by field, as a 422 would say it. */
export function missing(record, label, stored, reason, twoPersons) {
  const fields = {};
  const rows = record.evidence.map((one, i) => [i, one]).filter(([, one]) => !one.url && !one.reference);
  if (rows.length) fields.evidence = Object.fromEntries(rows.map(([i]) => [i, { url: ['Give a link or a reference, or remove this evidence.'] }]));
  if (stored.status === 'settled' && record.status === 'settled') fields.status = ['To reopen it, choose another status.'];
  if (stored.status === 'settled' && !reason) fields.reason = ['Say why you reopen it.'];
  if (record.status !== 'settled') return fields;
  for (const [isThere, , field, complaint] of needs(record, label, stored, twoPersons)) if (!isThere) fields[field] ??= [complaint];
  return fields;
}

export class VerificationForm {
  #s = null;
  #shown = ''; // the conflict, as it is shown
  #offer = null; // what was found elsewhere, while something is typed already

  /** @param host whose `send`, `say`, `showSaving`, `paint` and `drafts` (perhaps none yet) this uses */
  constructor(form, host) {
    Object.assign(this, { form, host, isEditor: host.isEditor, outbox: host.outbox, say: host.say });
    this.twoPersons = 'twoPersons' in form.dataset;
    this.rows = form.querySelector('.rows');
    form.addEventListener('input', ({ target }) => (target.type === 'radio' ? this.#chosen(target) : this.#keep()));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#save();
    });
    form.addEventListener('click', ({ target }) => this.#click(target));
    form.addEventListener('keydown', (event) => this.#press(event));
    form.addEventListener('copy-verification', ({ detail }) => this.#copy(detail));
  }

  #click(target) {
    const row = target.closest('fieldset');
    const { move, choose, copy } = target.dataset;
    if (target.id === 'add-evidence') this.addEvidence();
    else if (row && 'remove' in target.dataset) this.#remove(row);
    else if (row && move) this.#move(row, Number(move), target);
    else if (target.id === 'discard') this.#forget();
    else if (choose) this.#choose(choose);
    else if (copy) this.#takeOffer(copy);
  }

  /** Alt and an arrow move the evidence that I stand in. */
  #press(event) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const row = event.target.closest('fieldset');
    if (!by || !event.altKey || !row) return;
    event.preventDefault();
    this.#move(row, by, event.target);
  }

  addEvidence() {
    if (this.form.hidden || this.form.elements.status.disabled || this.rows.children.length >= MOST_EVIDENCE) return;
    this.#addRow({ accessed_at: today() }).querySelector('input').focus();
    this.#keep();
  }

  #remove(row) {
    row.remove();
    this.#number();
    this.form.querySelector('#add-evidence').focus();
    this.#keep();
  }

  #move(row, by, field) {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    other[by < 0 ? 'before' : 'after'](row);
    this.#number();
    field.focus();
    this.say(`${row.querySelector('legend').textContent} of ${this.rows.children.length}.`);
    this.#keep();
  }

  /** Show the draft of a sentence, else what is stored. */
  show(s) {
    const other = s !== this.#s;
    this.#s = s;
    const v = s.verification;
    this.form.hidden = !v || !isCheckable(s.decision?.label);
    if (other) this.#offer = null;
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
      row.querySelector('[data-move="-1"]').ariaLabel = `Move evidence ${i + 1} up`;
      row.querySelector('[data-move="1"]').ariaLabel = `Move evidence ${i + 1} down`;
      row.querySelector('[data-remove]').ariaLabel = `Remove evidence ${i + 1}`;
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
    else s.drafts.verification = { version: s.verification.version, ...s.drafts.verification, record, reason, at: null };
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
    this.form.elements.status.focus();
  }

  #tell(s) {
    this.host.drafts?.keep('verification', s);
    this.host.paint(s);
    this.host.showSaving();
    if (s === this.#s) this.#explain();
  }

  /** Say what settling takes, who may reopen, what was refused; lock what may not be changed. */
  #explain() {
    const { form, isEditor } = this;
    const { verification: v, decision, madeOn, drafts: { verification: draft } } = this.#s;
    if (!v || !isCheckable(decision?.label)) return; // the label is another by now: there is no form
    const isSettled = v.status === 'settled' && !v.suspended;
    for (const field of form.elements) field.disabled = (isSettled && !isEditor && !draft) || Boolean(draft?.sending);
    form.querySelector('[data-for="quote"]').hidden = decision.label !== 'quote';
    form.querySelector('[data-for="reopen"]').hidden = !isSettled || !isEditor;
    form.querySelector('#discard').hidden = !draft;
    form.querySelector('.form-error').textContent = draft?.message ?? '';
    this.#write('#kept', keptSince(draft));
    this.#write('#made-on', madeOn ? `It was made as a ${madeOn.label}, on this text: “${madeOn.text}”` : '');
    this.#showRules(draft?.record ?? startOf(this.#s), decision.label, v, draft?.reason);
    this.#showConflict(draft);
    this.#showOffer();
  }

  #write(selector, words) {
    const el = this.form.querySelector(selector);
    el.hidden = !words;
    if (el.textContent !== words) el.textContent = words;
  }

  #showRules(record, label, v, reason) {
    const [say, list] = this.#rules(record, label, v, reason);
    const box = this.form.querySelector('#rules');
    const lines = list.map(([isThere, words]) => Object.assign(document.createElement('li'), { textContent: `${isThere ? '✓' : '○'} ${words}${isThere ? '' : ': missing'}` }));
    const now = say + lines.map(({ textContent }) => textContent).join('');
    if (box.textContent === now) return;
    box.firstElementChild.textContent = say;
    box.lastElementChild.replaceChildren(...lines);
  }

  #rules(record, label, v, reason) {
    const isSettled = v.status === 'settled' && !v.suspended;
    if (isSettled && !this.isEditor) return [`Settled${v.checked_by ? ' by ' + v.checked_by : ''}, so it is locked. An editor can reopen it with a reason.`, []];
    if (isSettled && record.status === 'settled') return ['Settled, so it is locked. To change it, choose another status and say why you reopen it.', []];
    const list = needs(record, label, v, this.twoPersons);
    if (isSettled && !reason) list.push([false, 'Why you reopen it']);
    const rows = record.evidence.filter((one) => !one.url && !one.reference).length;
    if (rows) list.push([false, 'A link or a reference for each piece of evidence']);
    const isReady = list.every(([isThere]) => isThere);
    if (record.status === 'settled') return [isReady ? 'Ready to settle.' : 'It cannot be settled yet:', list];
    return [isReady ? 'It could be settled.' : 'To settle it takes:', list];
  }

  #save() {
    const s = this.#s;
    const draft = s.drafts.verification ?? { version: s.verification.version, record: this.#read(), reason: '' };
    if (draft.conflict) {
      this.form.querySelector('#conflict').scrollIntoView({ block: 'nearest' });
      return this.say('Choose first what is to stand.');
    }
    const fields = missing(draft.record, s.decision.label, s.verification, draft.reason, this.twoPersons);
    showErrors(this.form, fields, this.#finder());
    if (Object.keys(fields).length) return;
    this.#send(s, draft);
  }

  #send(s, { record, version, reason, n, from }) {
    s.drafts.verification = { record, version, reason, from, sending: true };
    this.host.paint(s);
    const added = this.host.send({
      kind: 'verification', method: 'PUT', path: `/sentences/${s.start}/verification`, start: s.start, version,
      body: { end: s.end, ...record, ...(reason && { reason }) },
    }, n ? [n] : [], s);
    added?.then(() => this.host.drafts?.keep('verification', s));
    this.host.showSaving();
    if (s === this.#s) this.#explain();
  }

  /** Store what is there as it is, with another status: for whoever hands it over. */
  passOn(s, status) {
    const draft = s.drafts.verification ?? { version: s.verification.version, record: startOf(s), reason: '' };
    if (draft.sending || draft.conflict) return;
    this.#send(s, { ...draft, record: { ...draft.record, status } });
  }

  /** Show a change that waits since an earlier visit. */
  waits(s, { body: { end, reason = '', ...record }, version }) {
    s.drafts.verification = { record: normal(record), version, reason, sending: true };
    this.host.paint(s);
  }

  /** Offer a draft of an earlier visit again; one that was made on an older version shows both sides. */
  restore(s, draft) {
    const now = s.drafts.verification;
    if (now?.sending || text(draft.record) === text(startOf(s))) return this.host.drafts?.keep('verification', s);
    const conflict = now?.conflict ?? (draft.version === s.verification.version ? null : s.verification);
    s.drafts.verification = { ...now, ...draft, conflict };
    this.host.paint(s);
  }

  /** The server has answered; `n` is the change if it was refused and waits for me. */
  settled(s, { body: { end, reason = '', ...record }, version, n }, { ok, status, error }) {
    if (!ok) return this.#refused(s, { record: normal(record), version, reason, n }, status, error);
    if (this.#isOther(s, record)) s.drafts.verification.conflict = s.verification;
    else delete s.drafts.verification;
    this.#tell(s);
    if (s === this.#s && document.activeElement === document.body) (this.form.closest('details')?.querySelector('summary') ?? s.el).focus();
    this.say('The verification is saved.');
  }

  /** Is something else being typed here than what another tab of mine has sent? */
  #isOther({ drafts: { verification: draft } }, record) {
    return draft && !draft.sending && text(draft.record) !== text(normal(record));
  }

  #refused(s, draft, status, error) {
    if (this.#isOther(s, draft.record)) return;
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
    const now = box.hidden ? '' : text([draft.record, draft.conflict]);
    if (now === this.#shown) return;
    this.#shown = now;
    if (!now) return;
    const theirs = normal(draft.conflict);
    const names = FIELDS.filter((name) => text(theirs[name]) !== text(draft.record[name]));
    box.querySelector('tbody').replaceChildren(...names.map((name) => choice(name, theirs[name], draft.record[name], draft.choices?.[name] ?? 'mine')));
  }

  #chosen({ name, value }) {
    const draft = this.#s.drafts.verification;
    draft.choices = { ...draft.choices, [name.replace('choice-', '')]: value };
  }

  /** Put together what was chosen, field by field, on the version that is stored now. */
  #choose(which) {
    const s = this.#s;
    const { conflict, record, choices = {}, ...rest } = s.drafts.verification;
    const theirs = normal(conflict);
    s.verification = conflict;
    if (which === 'theirs') return this.#forget();
    const merged = Object.fromEntries(FIELDS.map((name) => [name, { theirs: theirs[name], both: joined(theirs[name], record[name]) }[choices[name]] ?? record[name]]));
    s.drafts.verification = { ...rest, record: merged, version: conflict.version, message: '' };
    this.#fill(merged, rest.reason);
    this.#tell(s);
    this.#save();
  }

  /** What was found for the same claim elsewhere: into the form as a draft; what is typed goes first. */
  #copy(detail) {
    const s = this.#s;
    if (!s || this.form.hidden || this.form.elements.status.disabled) return;
    const isTouched = s.drafts.verification || text(startOf(s)) !== text(normal(unchecked(s.decision.label)));
    this.#offer = detail;
    if (isTouched) {
      this.#showOffer();
      this.form.querySelector('#copied button').focus();
    } else {
      this.#takeOffer('all');
    }
  }

  #showOffer() {
    const { origin } = this.#offer ?? {};
    this.form.querySelector('#copied').hidden = !this.#offer;
    if (this.#offer) this.form.querySelector('#copied-text').textContent = `Something is here already. What to do with that of ${origin}?`;
  }

  #takeOffer(which) {
    const s = this.#s;
    const { origin, evidence = [], ...axes } = this.#offer;
    this.#offer = null;
    if (which !== 'none') {
      const record = this.#read();
      const found = evidence.map((one) => ({ ...pick(one, EVIDENCE), stance: one.stance ?? 'context' }));
      if (which === 'all') Object.assign(record, pick(axes, ['verdict', 'rationale']), { evidence: found });
      else record.evidence = joined(record.evidence, found).slice(0, MOST_EVIDENCE);
      record.verdict ??= 'unverified';
      if (which === 'all' && s.decision.label === 'quote') record.attribution = axes.attribution ?? 'unconfirmed';
      if (record.status === 'unchecked') record.status = 'in_progress';
      s.drafts.verification = { version: s.verification.version, reason: '', ...s.drafts.verification, record, from: origin };
      this.#fill(record, s.drafts.verification.reason);
      this.say(`Copied from ${origin}. Nothing is saved yet.`);
    }
    this.#tell(s);
    this.form.elements.status.focus();
  }
}

/** Where a draft comes from, and since when. */
function keptSince(draft) {
  if (!draft || draft.sending) return '';
  const from = draft.from ? `Copied from ${draft.from}. ` : '';
  const at = draft.at ? `You typed this on ${new Date(draft.at).toLocaleString()}, on version ${draft.version}. ` : '';
  return from || at ? `${from}${at}It is not saved yet.` : '';
}

/** Both lists of evidence, each piece once. */
const joined = (first, second) => (Array.isArray(first) ? [...first, ...second.filter((one) => !first.some((each) => text(each) === text(one)))] : second);

const show = (value) => (Array.isArray(value) ? value.map((one) => [one.title, one.url ?? one.reference, words(one.stance), one.excerpt && `“${clip(one.excerpt)}”`].filter(Boolean).join(', ')).join('; ') : words(value)) || '–';

/** A line of the conflict: what is stored and what is mine, one of them chosen; of evidence perhaps both. */
function choice(name, theirs, mine, chosen) {
  const row = document.createElement('tr');
  const head = Object.assign(document.createElement('th'), { scope: 'row', textContent: words(name) });
  const cells = [['theirs', theirs], ['mine', mine]].map(([value, record]) => option(name, value, show(record), chosen));
  if (name === 'evidence' && theirs.length && mine.length) cells[1].append(...option(name, 'both', 'Both lists', chosen).childNodes);
  row.append(head, ...cells);
  return row;
}

function option(name, value, words, chosen) {
  const cell = document.createElement('td');
  const label = document.createElement('label');
  const field = Object.assign(document.createElement('input'), { type: 'radio', name: `choice-${name}`, value, defaultChecked: value === chosen });
  label.append(field, ` ${words}`);
  cell.append(label);
  return cell;
}

/** How far the checking is, in a sentence or two. */
export function checkedSoFar({ verification: v, decision, lateDissent }) {
  if (v?.suspended) return `Suspended: the sentence is no longer what was checked. What was found is kept${isCheckable(decision?.label) ? ' until you save anew' : ''}.`;
  if (!v || !isCheckable(decision?.label)) return 'Decided claims and quotes are verified here; this is none yet.';
  const found = [v.attribution !== 'unconfirmed' && v.attribution, v.verdict !== 'unverified' && v.verdict].filter(Boolean).map(words);
  const who = v.status === 'settled' ? v.checked_by : v.proposed_by;
  const late = lateDissent ? ' Late dissent: somebody voted otherwise after it was settled.' : '';
  return `${[words(v.status), ...found].join(' · ')}${who ? ', by ' + who : ''}.${late}`;
}
