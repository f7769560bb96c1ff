/** Search within the article: says how many, goes from one to the next. */

const plain = (text) => text.normalize('NFC').replace(/\s/g, ' ').toLowerCase();

export class Find {
  #found = [];

  constructor(form, { sentences, focus, leave }) {
    Object.assign(this, { form, sentences, focus, leave });
    this.field = form.elements.q;
    this.field.addEventListener('input', () => this.search());
    form.addEventListener('submit', () => this.step(1));
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close();
      else if (event.key !== 'Enter' || !event.shiftKey) return;
      else this.step(-1);
      event.preventDefault();
    });
    form.addEventListener('click', ({ target: { dataset } }) => {
      if (dataset.step) this.step(Number(dataset.step));
      else if ('close' in dataset) this.close();
    });
  }

  close() {
    this.form.hidden = true;
    this.#mark('');
    this.leave();
  }

  search() {
    const wanted = plain(this.field.value.trim());
    this.#found = wanted ? this.sentences.filter(({ text }) => plain(text).includes(wanted)) : [];
    this.#mark(wanted);
    const [first] = this.#found;
    if (first) this.focus(first);
    this.#tell(wanted ? 0 : -1);
  }

  /** Go on from where I am. */
  step(by) {
    const { length } = this.#found;
    if (!length) return;
    const at = this.#found.findIndex(({ el }) => el.ariaSelected === 'true');
    const next = (at + by + length) % length;
    this.focus(this.#found[next]);
    this.#tell(next);
  }

  #tell(at) {
    const { length } = this.#found;
    const text = at < 0 ? '' : length ? `${at + 1} of ${length}` : 'Nothing found';
    this.form.querySelector('output').textContent = text;
  }

  /** Colour the places, where the browser can. */
  #mark(wanted) {
    if (!globalThis.Highlight) return;
    CSS.highlights.delete('found');
    if (!wanted) return;
    const ranges = this.#found.flatMap((s) => places(s, wanted));
    CSS.highlights.set('found', new Highlight(...ranges));
  }
}

function places({ el, text }, wanted) {
  const flat = plain(text);
  if (flat.length !== text.length || el.childNodes.length !== 1) return [];
  const ranges = [];
  for (let at = flat.indexOf(wanted); at >= 0; at = flat.indexOf(wanted, at + wanted.length)) {
    const range = document.createRange();
    range.setStart(el.firstChild, at);
    range.setEnd(el.firstChild, at + wanted.length);
    ranges.push(range);
  }
  return ranges;
}
