/** My annotations: each change stands at once, is sent in its turn, can be undone, and is never dropped silently. */
import { me } from './api.js';
import { absorb, isUnsaved, myFields, paint, replace } from './sentences.js';

const same = (a, b) => a.label === b.label && a.speaker === b.speaker && a.note === b.note;

/**
 * A step is [{start, end, before, after}], or {start, at} for a boundary that was set (`isCut`) or taken out.
 * Steps name spans and not sentences, which come and go with their boundaries.
 */
export class Mine {
  #done = [];
  #undone = [];

  /** @param send queues a write; @param changed called with a sentence whose annotation or problem changed */
  constructor({ sentences, outbox, send, changed }) {
    Object.assign(this, { sentences, outbox, send, changed });
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get nUntagged() {
    return this.sentences.filter((s) => !s.mine.label).length;
  }

  /** Sentences whose annotation the server did not take; one after the other I choose what becomes of them. */
  get problems() {
    return this.sentences.filter((s) => s.problem);
  }

  at = (start) => this.sentences.find((s) => s.start === start);

  /** Is something of mine about this sentence not stored yet? */
  isOnItsWay = (s) => this.outbox.holds(chain(s));

  /** Change some fields of some sentences, as one step for undo; `typing` goes on with the step before. */
  change(list, patch, origin = 'key', typing = false) {
    const changes = list.map((s) => ({ s, before: s.mine, after: { ...s.mine, ...patch } })).filter(({ before, after }) => !same(before, after));
    if (!changes.length) return;
    const step = changes.map(({ s, before, after }) => ({ start: s.start, end: s.end, before, after }));
    const last = this.#done.at(-1);
    if (typing && last?.typing === typing && last[0].start === step[0].start) last[0].after = step[0].after;
    else this.#done.push(Object.assign(step, { typing }));
    this.#undone = [];
    for (const { s, after } of changes) this.#put(s, after, origin);
  }

  /** Take a step back or do it again; returns the sentences, or null if there is none, or a word why not. */
  undo = () => this.#step(this.#done, this.#undone, 'before');

  redo = () => this.#step(this.#undone, this.#done, 'after');

  #step(from, to, side) {
    const step = from.at(-1);
    if (!step) return null;
    if ('isCut' in step) return this.#recut(from, to, step);
    const found = step.map((part) => ({ part, s: this.sentences.find(({ start, end }) => start === part.start && end === part.end) })).filter(({ s }) => s);
    if (found.some(({ s }) => s.isCutting)) return 'its boundaries are being stored';
    from.pop();
    to.push(step);
    for (const { part, s } of found) this.#put(s, part[side], 'key');
    return found.map(({ s }) => s);
  }

  #recut(from, to, step) {
    const s = this.at(step.start);
    if (!s || s.isCutting) return 'its boundaries are being stored';
    if (isUnsaved(s) || (step.isCut && isUnsaved(this.sentences[s.index + 1]))) return 'something about it is not saved yet';
    from.pop();
    to.push({ ...step, isCut: !step.isCut });
    this.#bound(s, step.isCut ? null : step.at);
    return [s];
  }

  /** Set a boundary at a code point, or (null) take the one behind the sentence out; it shows when it is stored. */
  bound(s, at) {
    this.#done.push({ start: s.start, at: at ?? this.sentences[s.index + 1].start, isCut: at !== null });
    this.#undone = [];
    this.#bound(s, at);
  }

  #bound(s, at) {
    const [kind, body] = at === null ? ['merge', { end: s.end }] : ['split', { end: s.end, at }];
    this.send({ kind, method: 'POST', path: `/sentences/${s.start}/${kind}`, start: s.start, chain: chain(s), body, version: s.version });
    this.wait(s, kind);
  }

  /** Until new boundaries are stored, nothing else happens to these sentences. */
  wait(s, kind) {
    for (const part of [s, kind === 'merge' && this.sentences[s.index + 1]].filter(Boolean)) {
      part.isCutting = true;
      paint(part);
    }
    this.changed(s);
  }

  /** Is another cut of the sentence still to be stored, or its joining with the one before? */
  #waits(s) {
    const before = this.sentences[s.index - 1];
    return ['split', 'merge'].some((kind) => this.outbox.holds(chain(s), kind)) || (before && this.outbox.holds(chain(before), 'merge'));
  }

  /** Boundaries are stored, or refused. Returns the sentences that are there now. */
  bounded(change, { ok, data, error }) {
    for (const s of this.sentences.filter((each) => each.isCutting && !this.#waits(each))) {
      s.isCutting = false;
      paint(s);
    }
    if (!ok) {
      const isThis = (step) => !('isCut' in step && step.start === change.start);
      this.#done = this.#done.filter(isThis);
      this.#undone = this.#undone.filter(isThis);
      this.outbox.drop(change.n);
    }
    const news = ok ? data.sentences : error.current?.sentences?.every((each) => each.annotations) ? error.current.sentences : null;
    if (!news?.length) return null;
    replace(this.sentences, news, me);
    this.changed(this.at(news[0].start));
    return news.map(({ start }) => this.at(start));
  }

  #put(s, mine, origin) {
    const instead = s.problem ? [s.problem.n] : [];
    s.mine = mine;
    s.problem = null;
    this.send({
      kind: 'annotation', method: 'PUT', path: `/sentences/${s.start}/annotation`, start: s.start, chain: chain(s), version: s.version,
      body: { end: s.end, ...mine, origin },
    }, instead);
    paint(s);
    this.changed(s);
  }

  /** Show a change that waits: of an earlier visit, or of another tab. */
  show(s, { body, refused, n }) {
    s.mine = myFields(body);
    if (refused) this.#misfit(s, n, refused);
    paint(s);
    this.changed(s);
  }

  /** Forget what was refused and is gone: in another tab I have chosen. */
  forget(s, isGone) {
    for (const kind of Object.keys(s.drafts)) if (isGone(s.drafts[kind]?.n)) delete s.drafts[kind];
    if (isGone(s.problem?.n)) Object.assign(s, { problem: null, mine: s.stored });
    paint(s);
  }

  /** The server has answered; `json` is the sentence if it has taken it. */
  settled(s, change, { ok, status, data, error }) {
    if (ok) return this.absorb(s, data.sentence);
    const kept = this.outbox.mine.find((each) => each.refused && each.chain === chain(s));
    if (kept) {
      s.mine = myFields(kept.body);
      this.#misfit(s, kept.n, { status, ...error });
    } else if (status === 412) {
      s.version = error.current.version; // stored just so already
      s.stored = myFields(error.current);
    }
    paint(s);
    this.changed(s);
  }

  /** Refused, or something newer is stored (from another computer of mine): keep both until I choose. */
  #misfit(s, n, { status, code, message, current }) {
    const stored = status === 412 && current ? myFields(current) : null;
    if (stored && current.version >= s.version) {
      s.version = current.version;
      s.stored = stored;
    }
    s.problem = { n, stored: stored && s.stored, code, message, current };
  }

  keepMine(s) {
    this.#put(s, s.mine, 'pointer');
  }

  takeTheirs(s) {
    const dropped = this.outbox.drop(s.problem.n);
    s.mine = s.stored;
    s.problem = null;
    this.#done = without(s, this.#done);
    this.#undone = without(s, this.#undone);
    paint(s);
    this.changed(s);
    return dropped;
  }

  /** Bring a sentence up to date with an answer of the server. */
  absorb(s, json) {
    const isFree = !this.isOnItsWay(s) && !s.problem;
    if (json.version >= s.version) return absorb(s, json, me, isFree);
    if (isFree) s.mine = s.stored; // a request repeated is answered as the first time: newer is known
    paint(s);
  }
}

/** Steps without what they did to a sentence. */
const without = (s, steps) => steps.map((step) => ('isCut' in step ? step : Object.assign(step.filter(({ start }) => start !== s.start), { typing: step.typing })))
  .filter((step) => 'isCut' in step || step.length);

/** The record that my vote on a sentence is, in this document. */
const chain = (s) => `annotation ${location.pathname} ${s.start}`;
