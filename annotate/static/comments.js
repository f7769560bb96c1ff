/**
 * Comments on a sentence: said, changed and taken back by their author, resolved and reopened by anyone.
 *
 * A sentence is {start, end, comments, drafts}; `drafts.comment` is {text, number?, version?}: what is typed, and
 * which comment of mine it changes.
 */
import { me, newKey } from './api.js';
import { keepDraft, readDrafts } from './drafts.js';

export class Comments {
  #s = null;
  #shown = '';
  #earlier = new Map(); // typed at an earlier visit, by place

  /**
   * @param doc returns the address of the article
   * @param send queues a write
   * @param told called when something is typed or on its way
   * @param nameOf how somebody's name is shown
   */
  constructor(root, { outbox, doc, send, say, told, nameOf = (name) => name }) {
    Object.assign(this, { root, outbox, doc, send, say, told, nameOf });
    this.list = root.querySelector('ul');
    this.form = root.querySelector('form');
    this.field = this.form.elements.text;
    this.form.addEventListener('input', () => this.#keep({ ...this.#s.drafts.comment, text: this.field.value }));
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    root.addEventListener('click', ({ target }) => target.dataset.act && this.#act(target.dataset.act, target.closest('li')?.dataset ?? {}));
    readDrafts().then((drafts) => {
      this.#earlier = drafts;
      if (this.#s) this.show(this.#s, true);
    });
  }

  get #place() {
    return `comment ${this.doc()} ${this.#s.start}`;
  }

  /** @param anew even if it is the sentence that is shown already */
  show(s, anew = s !== this.#s) {
    this.#s = s;
    if (anew) {
      s.drafts.comment ??= this.#earlier.get(this.#place);
      this.#fill();
    }
    const waiting = this.outbox.mine.filter((change) => change.kind === 'comment' && change.doc === this.doc() && change.start === s.start);
    const shown = JSON.stringify([s.start, s.comments, waiting]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const had = this.list.contains(document.activeElement) && document.activeElement.closest('li');
    this.list.replaceChildren(...s.comments.map((each) => this.#item(each)), ...waiting.map((change) => pending(change)));
    if (had) (this.list.querySelector(`[data-number="${had.dataset.number}"] button`) ?? this.field).focus();
  }

  #fill() {
    const { text = '', number } = this.#s.drafts.comment ?? {};
    if (this.field.value !== text) this.field.value = text;
    this.form.querySelector('button').textContent = number ? 'Save the change' : 'Comment';
    this.form.querySelector('[data-act=leave]').hidden = !number;
  }

  #keep(draft) {
    const s = this.#s;
    s.drafts.comment = draft?.text.trim() || draft?.number ? draft : undefined;
    this.#earlier.delete(this.#place);
    keepDraft(this.#place, s.drafts.comment ?? null);
    this.told(s);
  }

  #submit() {
    const { text, number, version } = this.#s.drafts.comment ?? {};
    if (!text?.trim()) return this.field.focus();
    const old = this.#s.comments.find((each) => each.number === number);
    if (number) this.#put({ number, version, text: text.trim(), resolved: Boolean(old?.resolved_at) });
    else this.#queue({ method: 'POST', path: '', chain: `comment ${newKey()}`, body: { end: this.#s.end, text: text.trim() } });
    this.#keep(null);
    this.#fill();
  }

  #put({ number, version, text, resolved }, instead) {
    const body = { end: this.#s.end, text, resolved };
    this.#queue({ method: 'PUT', path: `/${number}`, chain: `comment ${this.doc()} ${number}`, version, body }, instead);
  }

  #queue(change, instead) {
    const s = this.#s;
    this.send({ ...change, kind: 'comment', start: s.start, path: `/sentences/${s.start}/comments${change.path}` }, instead);
    this.show(s, false);
    this.told(s);
  }

  #act(act, { number, change: n }) {
    const comment = this.#s.comments.find((each) => each.number === Number(number));
    const change = this.outbox.mine.find((each) => each.n === Number(n));
    if (act === 'leave' || act === 'edit') {
      this.#keep(act === 'edit' ? { text: comment.text, number: comment.number, version: comment.version } : null);
      this.#fill();
      this.field.focus();
    } else if (act === 'resolve') {
      this.#put({ ...comment, resolved: !comment.resolved_at });
    } else if (act === 'remove') {
      this.#queue({ method: 'DELETE', path: `/${number}`, chain: `comment ${this.doc()} ${number}`, version: comment.version, body: { end: this.#s.end } });
    } else if (change) {
      this.#choose(act, change);
    }
  }

  /** What was refused is sent again on what is stored now, or forgotten. */
  async #choose(act, { n, method, path, url, chain, body, version, refused }) {
    if (act === 'again') {
      const rest = url.slice(url.indexOf('/comments') + '/comments'.length);
      this.#queue({ method, path: rest, chain, body: { ...body, end: this.#s.end }, version: refused.current?.version ?? version }, [n]);
    } else {
      await this.outbox.drop(n);
      this.show(this.#s, false);
    }
    this.field.focus();
  }

  /** The server has answered. */
  settled(s, { method, body }, { ok, error }) {
    if (s === this.#s) this.show(s, false);
    if (!ok) return this.say(`A comment is not stored: ${error.message}`);
    this.say(method === 'POST' ? 'The comment is stored.' : method === 'DELETE' ? 'The comment is taken back.' : body.resolved ? 'Resolved.' : 'The comment is stored.');
  }

  #item({ number, reviewer, text, at, resolved_by: by, resolved_at: done }) {
    const item = element('li', { className: done ? 'resolved' : '' });
    item.dataset.number = number;
    const head = element('p', { className: 'quiet' });
    const when = at.slice(0, 16).replace('T', ' ');
    head.append(element('b', { textContent: this.nameOf(reviewer) }), ' ', when, done ? ` · ✓ resolved by ${this.nameOf(by)}` : '');
    const acts = element('p', { className: 'row' });
    acts.append(actButton('resolve', done ? 'Reopen' : 'Resolve', text));
    if (reviewer === me) acts.append(actButton('edit', 'Change', text), actButton('remove', 'Take back', text));
    item.append(head, element('p', { className: 'said', textContent: text }), acts);
    return item;
  }
}

const element = (tag, fields) => Object.assign(document.createElement(tag), fields);

function actButton(act, textContent, text) {
  const made = element('button', { type: 'button', className: 'plain', textContent, ariaLabel: `${textContent}: ${text.slice(0, 40)}` });
  made.dataset.act = act;
  return made;
}

/** A change that waits, or that was refused and waits for me. */
function pending({ n, method, body, refused }) {
  const item = element('li', { className: refused ? 'problem' : '' });
  item.dataset.change = n;
  const what = method === 'DELETE' ? 'Taking it back' : body.text;
  const stored = refused?.current?.text && refused.current.text !== body.text ? ` Stored now: “${refused.current.text}”.` : '';
  item.append(element('p', { className: 'said', textContent: what }), element('p', { className: 'quiet', textContent: refused ? `Not stored. ${refused.message}${stored}` : 'On its way…' }));
  if (refused) item.append(actButton('again', 'Send it again', what), actButton('drop', 'Discard', what));
  return item;
}
