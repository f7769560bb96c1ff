/** The guidelines of the collection, in a dialog; read from their own page whenever they are asked for. */

export class Guide {
  constructor(link, say) {
    Object.assign(this, { link, say });
    link?.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of their own
      event.preventDefault();
      this.open();
    });
  }

  async open() {
    if (!this.link) return this.say('Nobody has written guidelines for this collection yet.');
    const text = await this.#read();
    if (text) this.#show(text);
    else if (!this.dialog) return this.say('The guidelines cannot be read just now.');
    this.dialog.showModal();
    this.dialog.scrollTop = 0;
  }

  #read() {
    const page = (text) => new DOMParser().parseFromString(text, 'text/html').getElementById('guide');
    return fetch(this.link.href).then((answer) => (answer.ok ? answer.text() : '')).then(page).catch(() => null);
  }

  #show(text) {
    if (!this.dialog) {
      this.dialog = Object.assign(document.createElement('dialog'), { className: 'guide-box' });
      this.dialog.setAttribute('aria-labelledby', 'guide-title');
      document.body.append(this.dialog);
    }
    const title = Object.assign(document.createElement('h2'), { id: 'guide-title', tabIndex: -1, autofocus: true, textContent: 'Guidelines' });
    const page = Object.assign(document.createElement('a'), { className: 'button', href: this.link.href, target: '_blank', textContent: 'On a page of their own' });
    const close = Object.assign(document.createElement('button'), { className: 'primary', textContent: 'Close', onclick: () => this.dialog.close() });
    const row = Object.assign(document.createElement('p'), { className: 'row' });
    row.append(close, page);
    this.dialog.replaceChildren(title, document.adoptNode(text), row);
  }
}
