/** My annotations: each change stands at once, is sent in its turn, can be undone, and is never dropped silently. */
import { absorb, myFields, paint } from './sentences.js';

const same = (a, b) => a.label === b.label && a.speaker === b.speaker && a.note === b.note;

export class Mine {
  #done = [];
  #undone = [];

  /** @param send queues a write; @param changed called with a sentence whose annotation or problem changed */
  constructor({ me, sentences, outbox, send, changed }) {
    Object.assign(this, { me, sentences, outbox, send, changed });
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get nUntagged() {
    return this.sentences.filter((s) => !s.mine.label).length;
  }

  /** Is something of mine about this sentence not stored yet? */
  isOnItsWay(s) {
    return this.outbox.holds(s, 'annotation');
  }

  /** Sentences whose annotation the server did not take; one after the other I choose what becomes of them. */
  get problems() {
    return this.sentences.filter((s) => s.problem);
  }

  /** Change some fields of some sentences, as one step for undo. */
  change(list, patch, origin = 'key') {
    const steps = list.map((s) => ({ s, before: s.mine, after: { ...s.mine, ...patch } })).filter((step) => !same(step.before, step.after));
    if (!steps.length) return;
    this.#done.push(steps);
    this.#undone = [];
    for (const { s, after } of steps) this.#put(s, after, origin);
  }

  undo() {
    return this.#step(this.#done, this.#undone, 'before');
  }

  redo() {
    return this.#step(this.#undone, this.#done, 'after');
  }

  #step(from, to, side) {
    const steps = from.pop();
    if (!steps) return null;
    to.push(steps);
    for (const step of steps) this.#put(step.s, step[side], 'key');
    return steps;
  }

  #put(s, mine, origin) {
    s.mine = mine;
    s.problem = null;
    this.send({
      of: s,
      kind: 'annotation',
      method: 'PUT',
      path: `/sentences/${s.start}/annotation`,
      body: { end: s.end, ...mine, origin },
      version: () => s.version,
      refused: (answer) => this.#misfit(s, answer.status, answer.error),
    });
    paint(s);
    this.changed(s);
  }

  /** Refused, or something newer is stored (another tab of mine): keep both until I choose. */
  #misfit(s, status, { code, message, current }) {
    this.outbox.drop(s, 'annotation');
    const stored = status === 412 && current ? myFields(current) : null;
    if (stored) {
      s.version = current.version;
      s.stored = stored;
    }
    const agrees = stored && same(stored, s.mine);
    s.problem = agrees ? null : { stored, message, reload: code === 'boundary_changed' };
    paint(s);
    this.changed(s);
  }

  keepMine(s) {
    this.#put(s, s.mine, 'pointer');
  }

  takeTheirs(s) {
    s.mine = s.stored;
    s.problem = null;
    const others = (steps) => steps.every((step) => step.s !== s);
    this.#done = this.#done.filter(others);
    this.#undone = this.#undone.filter(others);
    paint(s);
    this.changed(s);
  }

  /** Bring a sentence up to date with an answer of the server. */
  absorb(s, json) {
    absorb(s, json, this.me, !this.outbox.holds(s, 'annotation') && !s.problem);
  }
}
