/** An editor's decision on the current sentence: typed, kept, sent, and shown again if the server did not take it. */
import { showErrors } from './forms.js';
import { decided } from './panel.js';
import { paint, words } from './sentences.js';

const TYPED = ['label', 'speaker', 'reason'];

export class DecisionForm {
  #s = null;

  /** @param panel what the form stands in */
  constructor(form, panel) {
    Object.assign(this, { form, panel });
    form.addEventListener('input', () => this.#keep());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  show(s) {
    const other = s !== this.#s;
    this.#s = s;
    const isSettled = s.verification?.status === 'settled';
    this.panel.$('#adjudication').hidden = !s.decision;
    for (const field of this.form.elements) field.disabled = isSettled;
    const draft = s.drafts.decision;
    if (other || !draft) this.#fill(draft ?? stored(s));
    if (other) showErrors(this.form);
    this.form.querySelector('.form-error').textContent = isSettled ? 'Settled: reopen the verification before you decide otherwise.' : draft?.message ?? '';
  }

  /** Show a draft of an earlier visit; what was decided since then is told with it. */
  restore(s, draft) {
    const { version, ...typed } = draft;
    const isOld = version !== (s.decision?.version ?? 0);
    const message = s.drafts.decision?.message ?? (isOld ? `Decided after you typed this: ${decided(s)} Press Decide to put yours in its place.` : 'You typed this earlier. It is not decided yet.');
    s.drafts.decision = { ...s.drafts.decision, ...typed, message };
    paint(s);
    if (s === this.#s) this.#fill(s.drafts.decision);
  }

  #fill(value) {
    for (const name of TYPED) this.form.elements[name].value = value[name] ?? '';
  }

  #keep() {
    const s = this.#s;
    const { label, speaker, reason } = this.form.elements;
    const draft = { label: label.value, speaker: speaker.value.trim() || null, reason: reason.value.trim() || null };
    const before = stored(s);
    const isNew = TYPED.some((name) => draft[name] !== before[name]);
    const { n } = s.drafts.decision ?? {};
    if (n && !isNew) this.panel.outbox.drop(n);
    s.drafts.decision = isNew ? { ...draft, n, version: s.decision?.version ?? 0 } : undefined;
    this.panel.drafts.keep('decision', s);
    paint(s);
    this.panel.showSaving();
  }

  #send() {
    const s = this.#s;
    const { label, speaker, reason } = s.drafts.decision ?? stored(s);
    showErrors(this.form);
    const { n } = s.drafts.decision ?? {};
    const added = this.panel.send({
      kind: 'decision', method: 'PUT', path: `/sentences/${s.start}/decision`, start: s.start,
      body: { end: s.end, label: label || null, speaker, reason },
      version: s.decision?.version ?? 0,
    }, n ? [n] : []);
    if (s.drafts.decision) added.then(() => this.panel.drafts.keep('decision', { ...s, drafts: {} }));
  }

  /** The server has answered, now or, for a change of an earlier visit, before; `n` is the change if it still waits. */
  settled(s, { body, n }, { ok, status, error }) {
    const draft = s.drafts.decision;
    if (ok) {
      const isOther = draft && ['label', 'speaker', 'reason'].some((name) => (draft[name] || null) !== body[name]); // typed in this tab, sent from another
      if (isOther) draft.message = `Decided meanwhile: ${decided(s)} Press Decide to put yours in its place.`;
      else delete s.drafts.decision;
      if (s === this.#s) this.panel.show(s);
      this.panel.say(`Decided: ${words(s.decision?.label) || 'left to the votes'}.`);
    } else {
      this.#refused(s, { ...body, n }, status, error);
    }
    paint(s);
    this.panel.showSaving();
  }

  #refused(s, { label, speaker, reason, n }, status, error) {
    let { message } = error;
    if (status === 412 && error.current) {
      s.decision = { ...s.decision, ...error.current };
      message = `Decided meanwhile: ${decided(s)} Press Decide again to put yours in its place.`;
    }
    s.drafts.decision = { label: label ?? '', speaker, reason, ...s.drafts.decision, message, n };
    if (s === this.#s) this.panel.show(s);
    else this.panel.say(`A decision is not saved: ${message}`);
    if (s === this.#s && error.fields) showErrors(this.form, error.fields);
  }
}

/** What the form starts from: the decision that stands, or a first vote where they differ. */
function stored(s) {
  const label = s.decision?.label ?? s.mine.label ?? s.others.find((a) => a.label)?.label ?? 'claim';
  return { label, speaker: s.decision?.speaker ?? null, reason: s.adjudication?.reason ?? null };
}
