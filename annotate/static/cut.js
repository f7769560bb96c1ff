/** Cutting a sentence in two: a caret goes from word to word, by keys or to where one points. */
import { length } from './sentences.js';

// Between words, and after the end of a sentence that has no space behind it.
const PLACES = /(?<=\s)\S|(?<=[.!?…—–]["”’»)\]]*)\p{L}/gu;

export class Cut {
  s = null;
  #places = []; // UTF-16 units of the sentence's text
  #offered = []; // those of them where the server would cut it
  #at = 0;

  /** @param cut called with the sentence and the code point */
  constructor(strip, { say, cut, leave }) {
    Object.assign(this, { strip, say, cut, leave });
    strip.addEventListener('click', ({ target }) => this.press(target.closest('[data-key]')?.dataset.key));
  }

  start(s) {
    const points = [...s.text];
    const offered = s.cuts.map((at) => points.slice(0, at - s.start).join('').length);
    const words = [...s.text.matchAll(PLACES)].map(({ index }) => index).filter((index) => index > 0);
    const places = [...new Set([...words, ...offered])].sort((a, b) => a - b);
    if (!places.length) return this.say('This is a single word: there is no place to cut it.');
    Object.assign(this, { s });
    this.#places = places;
    this.#offered = offered;
    this.strip.hidden = false;
    this.#go(Math.max(places.indexOf(offered[0]), 0), 'Cut mode. ');
  }

  /** Take a key; says whether it meant something here. */
  press(key) {
    const last = this.#places.length - 1;
    const act = {
      ArrowRight: () => this.#go(Math.min(this.#at + 1, last)),
      ArrowLeft: () => this.#go(Math.max(this.#at - 1, 0)),
      ArrowDown: () => this.#jump(1),
      ArrowUp: () => this.#jump(-1),
      Home: () => this.#go(0),
      End: () => this.#go(last),
      Enter: () => this.#done(),
      Escape: () => this.stop(),
    }[{ j: 'ArrowRight', l: 'ArrowRight', k: 'ArrowLeft', h: 'ArrowLeft', x: 'Escape' }[key] ?? key];
    act?.();
    return Boolean(act);
  }

  #jump(by) {
    const here = this.#places[this.#at];
    const ahead = this.#offered.filter((at) => (at - here) * by > 0);
    if (ahead.length) this.#go(this.#places.indexOf(ahead.at(by > 0 ? 0 : -1)));
  }

  #go(at, before = '') {
    this.#at = at;
    const { el, text } = this.s;
    const place = this.#places[at];
    const caret = Object.assign(document.createElement('i'), { className: 'caret' });
    el.replaceChildren(text.slice(0, place), caret, text.slice(place));
    caret.scrollIntoView({ block: 'nearest' });
    this.say(`${before}${near(text.slice(0, place), -4)} | ${near(text.slice(place), 4)}`);
  }

  /** Put the caret at the place nearest to where somebody points. */
  point(x, y) {
    const [node, offset] = under(x, y);
    const { el } = this.s;
    if (!node || !el.contains(node)) return;
    const position = offset + (node === el.lastChild ? this.#places[this.#at] : 0);
    const distance = (at) => Math.abs(this.#places[at] - position);
    this.#go(this.#places.map((_, at) => at).reduce((best, at) => (distance(at) < distance(best) ? at : best)));
  }

  #done() {
    const { s } = this;
    const at = s.start + length(s.text.slice(0, this.#places[this.#at]));
    this.stop();
    this.cut(s, at);
  }

  /** Leave it as it is; whoever takes the focus elsewhere wants to keep it there. */
  stop({ leave = true } = {}) {
    const { s } = this;
    this.s = null;
    s.el.textContent = s.text;
    this.strip.hidden = true;
    if (leave) this.leave();
  }
}

function under(x, y) {
  if (document.caretPositionFromPoint) {
    const found = document.caretPositionFromPoint(x, y);
    return [found?.offsetNode, found?.offset];
  }
  const range = document.caretRangeFromPoint(x, y);
  return [range?.startContainer, range?.startOffset];
}

function near(text, n) {
  const all = text.trim().split(/\s+/);
  return (n < 0 ? all.slice(n) : all.slice(0, n)).join(' ');
}
