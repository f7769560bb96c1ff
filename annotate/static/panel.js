/** Details of the current sentence: my speaker and note, who decided what; the forms that come later do the rest. */
import { request } from './api.js';
import { isCheckable, paint, words } from './sentences.js';

const PAUSE = 800; // ms without a key; then speaker and note are stored

export class Panel {
  #s = null;
  #awaited = null; // the sentence whose verification opens as soon as its decision is back from the server
  #timer = 0;
  #visit = 0; // to a field: what is typed meanwhile is one step for undo
  #asked = ''; // for names like this
  decision = null; // these come later
  verification = null;
  comments = null;
  drafts = null;
  aside = null;
  paint = paint;

  constructor(root, { isEditor, sentences, mine, outbox, send, say, showSaving, leave, api }) {
    Object.assign(this, { root, isEditor, sentences, mine, outbox, send, say, showSaving, leave, api });
    this.form = this.$('#mine');
    this.form.addEventListener('change', () => this.flush());
    this.form.addEventListener('focusin', () => { this.#visit += 1; });
    this.form.addEventListener('input', ({ target }) => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.flush(), PAUSE);
      this.showSaving();
      if (target.name === 'speaker') this.#askSpeakers(target.value);
    });
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.flush();
      this.leave();
    });
    this.$('#close-panel').addEventListener('click', () => this.close());
  }

  $(selector) {
    return this.root.querySelector(selector);
  }

  /** Take in what came later: the forms, what keeps drafts, and what shows the rest of a sentence. */
  add({ Comments, DecisionForm, Elsewhere, VerificationForm, asideOf }, drafts) {
    this.drafts = drafts;
    this.aside = asideOf(this.root);
    this.decision = this.isEditor ? new DecisionForm(this.$('#decide'), this) : null;
    this.verification = new VerificationForm(this.$('#verify'), this);
    this.comments = new Comments(this.$('#comments'), { ...this, doc: () => location.pathname, told: this.showSaving });
    this.elsewhere = new Elsewhere(this.$('#elsewhere'), this.$('#verify'), this);
    this.show(this.#s);
  }

  show(s) {
    const other = s !== this.#s;
    if (other) {
      this.flush();
      this.#awaited = null;
    }
    this.#s = s;
    this.$('#excerpt').textContent = s.text;
    this.$('#past').search = `start=${s.start}`;
    this.#showSuggestion(s);
    this.$('#my-label').textContent = words(s.mine.label) || 'Untagged';
    for (const name of ['speaker', 'note']) {
      const field = this.form.elements[name];
      if (other || field !== document.activeElement) {
        field.value = s.mine[name] ?? '';
        field.dataset.shown = field.value; // as the field holds it: it may have taken line breaks out
      }
    }
    this.$('#decided').textContent = decided(s);
    this.$('#votes').replaceChildren(...s.others.map(vote));
    this.decision?.show(s);
    this.comments?.show(s);
    this.aside?.(s);
    this.#showVerification();
  }

  #showVerification() {
    this.verification?.show(this.#s);
    this.elsewhere?.show(this.#s);
    const isHidden = this.verification?.form.hidden ?? true;
    this.$('#verification').hidden = isHidden;
    if (this.#awaited && !isHidden) this.open('verification');
  }

  /** Save what is typed into speaker and note. */
  flush() {
    clearTimeout(this.#timer);
    if (!this.#s) return;
    const typed = {};
    for (const name of ['speaker', 'note']) {
      const field = this.form.elements[name];
      if (field.value !== field.dataset.shown) typed[name] = field.value.trim() || null;
      field.dataset.shown = field.value;
    }
    this.mine.change([this.#s], typed, 'key', this.#visit);
  }

  /** Is something typed that is not on its way yet? */
  get isTyping() {
    return ['speaker', 'note'].some((name) => this.form.elements[name].value !== (this.form.elements[name].dataset.shown ?? ''));
  }

  /** Offer the names of this document, then those of others. */
  #listSpeakers(earlier = []) {
    const here = this.sentences.flatMap((s) => [s.mine, ...s.others, s.decision]).map((each) => each?.speaker).filter(Boolean);
    const names = [...new Set([...here, ...earlier])];
    this.$('#speakers').replaceChildren(...names.map((name) => new Option(name, name)));
  }

  async #askSpeakers(typed) {
    const q = typed.trim();
    if (!this.$('#speakers').children.length) this.#listSpeakers();
    if (!q || q === this.#asked) return;
    this.#asked = q;
    const { ok, data } = await request('GET', `${this.api}speakers?q=${encodeURIComponent(q)}`);
    if (ok && q === this.#asked) this.#listSpeakers(data.items);
  }

  #showSuggestion({ mine, suggestion }) {
    const shown = mine.label ? null : suggestion;
    this.$('#suggestion').hidden = !shown;
    this.$('#suggested').textContent = shown ? [words(shown.label), shown.speaker].filter(Boolean).join(', ') : '';
    this.$('#because').textContent = shown?.reason ?? '';
  }

  open(part) {
    this.#expand(true);
    this.#awaited = null;
    if (part === 'verification' && this.$('#verification').hidden) {
      if (isCheckable(this.#s.mine.label) && this.mine.isOnItsWay(this.#s)) this.#awaited = this.#s;
      return this.say(this.$('#checked').textContent);
    }
    if (part === 'verification') {
      this.$('#verification').open = true;
      this.root.scrollTop = this.$('#verification').offsetTop - 56; // the Close button stays above it
    }
    const field = { verification: this.$('#verify').elements.status, comment: this.$('#comments').querySelector('textarea') }[part] ?? this.form.elements[part];
    if (part === 'speaker') this.#listSpeakers();
    (field.disabled ? this.$('#verification summary') : field).focus();
  }

  close() {
    this.flush();
    this.#expand(false);
    this.leave();
  }

  toggle() {
    if ('open' in this.root.dataset) this.close();
    else this.open('speaker');
  }

  #expand(isOpen) {
    this.root.toggleAttribute('data-open', isOpen);
    document.getElementById('show-panel').ariaExpanded = String(isOpen);
  }
}

export function decided({ decision, adjudication }) {
  if (decision?.in_dispute) return 'In dispute: the labels differ.';
  if (!decision?.label) return 'Not decided yet.';
  const how = {
    review: 'by one review',
    agreement: 'by agreement',
    adjudication: `by ${adjudication?.editor ?? 'an editor'}${adjudication?.reason ? ': ' + adjudication.reason : ''}`,
  }[decision.decided_by];
  return `${[words(decision.label), decision.speaker].filter(Boolean).join(', ')}, ${how}${/[.!?]$/.test(how) ? '' : '.'}`;
}

function vote({ reviewer, label, speaker, note }) {
  const said = [words(label) || 'No label', speaker, note && `“${note}”`].filter(Boolean).join(', ');
  return Object.assign(document.createElement('li'), { textContent: `${reviewer}: ${said}` });
}
