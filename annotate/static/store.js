/**
 * Where changes wait until they are sent: IndexedDB, shared by all tabs, else the memory of this page.
 *
 * A change is a plain object with its place `n` in the order, which only grows; 0 is kept for whose turn it is to send.
 */

const NAME = 'annotate';
const OPENING_TIME = 3000; // ms; some browsers never answer in private windows

export async function openStore(name = NAME) {
  try {
    return new Kept(await Promise.race([open(name), fail(OPENING_TIME)]));
  } catch {
    return new Memory();
  }
}

const fail = (ms) => new Promise((_, reject) => { setTimeout(reject, ms); });

function open(name) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore('changes', { keyPath: 'n' });
    asked.onerror = reject;
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
  });
}

class Kept {
  isSafe = true;
  #db;

  constructor(db) {
    this.#db = db;
  }

  /** One step that no other tab comes between: `work(all)` returns what to {put, drop}; all as it is then comes back. */
  edit(work) {
    return new Promise((resolve, reject) => {
      const step = this.#db.transaction('changes', 'readwrite');
      const store = step.objectStore('changes');
      let result;
      store.getAll().onsuccess = ({ target }) => {
        const { put = [], drop = [] } = work(target.result) ?? {};
        try {
          for (const n of drop) store.delete(n);
          for (const each of put) store.put(each);
          step.commit();
        } catch {
          step.abort();
        }
        result = edited(target.result, put, drop);
      };
      step.oncomplete = () => resolve(result);
      step.onabort = () => reject(step.error);
    });
  }
}

export class Memory {
  isSafe = false;

  /** @param kept where they were kept before */
  constructor(all = [], kept = null) {
    Object.assign(this, { all, kept });
  }

  async edit(work) {
    const { put = [], drop = [] } = work(this.all) ?? {};
    const keys = this.all.filter(({ n }) => drop.includes(n)).map(({ key }) => key);
    this.all = edited(this.all, put, drop);
    if (keys.length) await this.#forget(keys);
    return this.all;
  }

  /** What is answered must not come back at the next visit. */
  async #forget(keys) {
    try {
      await this.kept?.edit((all) => ({ drop: all.filter(({ key }) => keys.includes(key)).map(({ n }) => n) }));
    } catch {
      // It is sent again then, and answered as the first time.
    }
  }
}

function edited(all, put, drop) {
  const gone = new Set([...drop, ...put.map(({ n }) => n)]);
  return [...all.filter(({ n }) => !gone.has(n)), ...put].sort((a, b) => a.n - b.n);
}
