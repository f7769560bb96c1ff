/** Where else the current claim or quote is said: asked for when the part is opened, judged by one button each. */
import { newKey, request } from './api.js';
import { isCheckable, words } from './sentences.js';

const LONGEST = { reference: 500, rationale: 4000 }; // characters, as the server takes them
const JUDGED = { proposed: 'Proposed', confirmed: 'Confirmed' };
const JUDGEMENTS = [['same', 'Same', 'Confirm same'], ['contradicts', 'Contradicts', 'Confirm contradiction']];
const RELATIONS = { same: 'says the same', contradicts: 'contradicts it' };

export class Elsewhere {
  #s = null;
  #shown = ''; // the sentence and decision that the list is of
  #items = [];
  #isSending = false; // a second click is none

  constructor(box, form, { isEditor, say }) {
    Object.assign(this, { box, form, isEditor, say });
    this.list = box.querySelector('ol');
    this.state = box.querySelector('[role=status]');
    this.base = document.getElementById('workbench').dataset;
    box.addEventListener('toggle', () => this.#load());
    this.list.addEventListener('click', ({ target }) => {
      const item = this.#items[target.closest('li')?.dataset.match];
      if (item && target.dataset.act) this.#act(item, target.dataset.act);
    });
  }

  show(s) {
    this.#s = s;
    this.box.hidden = !isCheckable(s.decision?.label);
    if (!this.box.hidden && this.#of() !== this.#shown) this.#load();
  }

  #of = () => `${this.#s.start} ${this.#s.end} ${this.#s.decision?.label}`;

  /** Ask what there is; nothing is asked while the part is closed. */
  async #load() {
    if (!this.box.open || this.box.hidden) return;
    const of = this.#of();
    if (of !== this.#shown) this.list.replaceChildren();
    this.#shown = of;
    if (!this.list.children.length) this.state.textContent = 'Looking…';
    const { ok, data, error } = await request('GET', `${this.base.api}/sentences/${this.#s.start}/matches`);
    if (of !== this.#shown) return;
    if (!ok) {
      this.#shown = '';
      this.state.textContent = error.message;
      return;
    }
    this.#items = data.items;
    this.state.textContent = data.items.length ? '' : 'Nothing like it is known from other articles.';
    this.list.replaceChildren(...data.items.map((item, n) => this.#line(item, n)));
  }

  #line(item, n) {
    const line = build('li', { className: 'match' });
    line.dataset.match = n;
    const link = build('a', { href: this.#address(item), textContent: item.title || item.key });
    const text = build('p', { className: 'said' });
    text.append(...marked(item.text, item.differing.map(({ there }) => there)));
    const why = `${words(item.likeness)} (${Math.round(item.score * 100)} %): ${item.reason || 'little in common'}`;
    const known = [item.state && `${JUDGED[item.state]}: ${RELATIONS[item.relation]}`, verdict(item.verification)].filter(Boolean).join(' · ');
    line.append(text, build('p', { className: 'quiet' }, link), build('p', { className: 'quiet', textContent: why }));
    if (known) line.append(build('p', { textContent: known }));
    line.append(this.#buttons(item));
    return line;
  }

  #address = ({ document: id, start }) => `${this.base.root.replace('api/v1/', 'documents/')}${encodeURIComponent(id)}#s${start}`;

  #buttons(item) {
    const row = build('p', { className: 'row' });
    const add = (act, textContent) => {
      const button = build('button', { type: 'button', textContent });
      button.dataset.act = act;
      row.append(button);
    };
    const isDone = item.state === 'confirmed';
    if (!isDone || this.isEditor) {
      for (const [relation, name, confirm] of JUDGEMENTS) {
        if (item.relation !== relation) add(relation, name);
        else if (!isDone && this.isEditor) add(relation, confirm);
      }
      add('none', 'Not this');
      if (item.state) add('back', 'Take back');
    }
    if (isDone && item.relation === 'same' && item.verification?.evidence.length && this.#s.verification?.status !== 'settled') add('copy', 'Use its evidence and verdict');
    return row;
  }

  async #act(item, act) {
    if (act === 'copy') return this.#copy(item);
    if (this.#isSending) return;
    this.#isSending = true;
    const path = `${this.base.api}/sentences/${this.#s.start}/matches/${encodeURIComponent(item.document)}/${item.start}`;
    const body = { end: this.#s.end, other_end: item.end, relation: act === 'none' ? null : act };
    const { ok, error, status } = await (act === 'back'
      ? request('DELETE', path, { version: item.version, key: newKey() })
      : request('PUT', path, { body, version: item.version, key: newKey() }));
    await this.#load();
    this.#isSending = false;
    const done = { none: 'It is not offered again.', back: 'Taken back.' }[act] ?? (this.isEditor ? 'Confirmed.' : 'Proposed; an editor confirms it.');
    this.state.textContent = ok ? done : status === 412 ? 'Somebody has judged it meanwhile: this is what stands now.' : `Not stored. ${error.message}`;
    this.say(this.state.textContent);
    this.box.querySelector('summary').focus();
  }

  /** Offer what was found there to the form; it is stored only when somebody saves it. */
  #copy({ title, key, text, verification: v }) {
    const by = v.checked_by ? `, checked by ${v.checked_by}` : '';
    const origin = `“${title || key}”${by} on ${v.at.slice(0, 10)}`;
    const from = `From ${origin}`;
    const evidence = v.evidence.map((one) => ({ ...one, reference: clipped(one.reference ? `${one.reference} (${from})` : from, LONGEST.reference) }));
    const rationale = clipped([`${from}, where it says: “${text}”`, v.rationale].filter(Boolean).join('\n'), LONGEST.rationale);
    const detail = { verdict: v.verdict, attribution: v.attribution, rationale, evidence, origin };
    this.form.closest('details').open = true;
    this.form.dispatchEvent(new CustomEvent('copy-verification', { detail }));
    this.state.textContent = 'Copied into the form above. Look at it, then save.';
    this.say(this.state.textContent);
    this.form.elements.status.focus();
  }
}

const build = (tag, properties, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

const clipped = (value, longest) => (value.length > longest ? `${value.slice(0, longest - 1)}…` : value);

const verdict = (v) => {
  if (!v) return '';
  const found = [v.attribution !== 'unconfirmed' && v.attribution, v.verdict !== 'unverified' && v.verdict].filter(Boolean).map(words);
  return [`There: ${words(v.status).toLowerCase()}`, ...found].join(', ');
};

/** The text with the differing figures marked. */
function marked(text, figures) {
  const parts = [];
  let at = 0;
  const places = figures.map((figure) => [text.indexOf(figure), figure]).filter(([place]) => place >= 0).sort((a, b) => a[0] - b[0]);
  for (const [place, figure] of places) {
    if (place < at) continue;
    parts.push(text.slice(at, place), build('mark', { textContent: figure }));
    at = place + figure.length;
  }
  return [...parts, text.slice(at)];
}
