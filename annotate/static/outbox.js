/**
 * Changes on their way to the server: kept before they are sent, in order, each once, until the server has answered.
 *
 * A change is {doc, kind, start, chain, method, url, body, version}. Those of one `chain` concern one record: each is
 * made on the version answered to the one before, which is written into it in the step that takes the answered one out.
 * A repeated request is answered as the first time, by its key, so an answer that got lost changes nothing.
 * One that is refused stays, marked, until the person has chosen.
 */
import { me, newKey, request, whoIsHere } from './api.js';
import { Memory, openStore } from './store.js';

const TRY_AGAIN = new Set([0, 408, 425, 429, 502, 503, 504]);
const LONGEST_PAUSE = 30; // seconds
const TURN = 25_000; // ms that a tab may send where the browser knows no locks; longer than any request
const TAB = newKey();
const LOCK = `annotate ${me}`;
const SIGN = 'annotate.waits';
const LAST = 'annotate.answered'; // when
const RENDERING = 60_000; // ms; a page may be as long on its way, and older than what was answered meanwhile

export class Outbox {
  #store = null;
  #kept = []; // as last read, everybody's
  #entering = []; // not kept yet
  #isEntering = false;
  #answered = new Map(); // by chain: versions that came back after a change may have been made, but before it is kept
  #isBusy = false;
  #isWanted = false;
  #timer = 0;
  #failures = 0;
  #others = new BroadcastChannel('annotate');

  /** Why nothing is sent now: offline, waiting, session, stranger; empty if all is well. */
  why = '';
  message = '';

  /**
   * @param report called when `why` or what waits has changed
   * @param settled called with a change and the server's answer to it, whichever tab has sent it
   * @param arrived called when another tab of mine has queued something
   */
  constructor({ report = () => {}, settled = () => {}, arrived = () => {} }) {
    Object.assign(this, { report: safely(report), settled: safely(settled), arrived: safely(arrived) });
    this.ready = openStore().then((store) => {
      this.#store = store;
      return this.#edit(() => {});
    });
    this.#others.onmessage = ({ data }) => this.#hear(data);
    addEventListener('online', () => this.retry());
    addEventListener('pageshow', ({ persisted }) => persisted && this.retry());
    document.addEventListener('visibilitychange', () => !document.hidden && this.#isOut && this.retry());
  }

  /** Has an earlier visit left something? Known at once, while the store takes its time to open. */
  get mayHold() {
    return localStorage.getItem(SIGN) !== null;
  }

  /** May the page be older than what was answered before it listened? */
  get mayBeNewer() {
    return Date.now() - localStorage.getItem(LAST) < RENDERING;
  }

  get isSafe() {
    return this.#store?.isSafe ?? true;
  }

  get #isOut() {
    return this.why === 'session' || this.why === 'stranger';
  }

  /** Mine, in order, those refused too. */
  get mine() {
    return [...this.#kept.filter(({ who }) => who === me), ...this.#entering];
  }

  get unsent() {
    return this.mine.filter(({ refused }) => !refused);
  }

  /** How many changes of other people wait in this browser, by name. */
  get strangers() {
    const counts = {};
    for (const { who } of this.#kept) if (who && who !== me) counts[who] = (counts[who] ?? 0) + 1;
    return counts;
  }

  holds(chain, kind) {
    return this.unsent.some((change) => change.chain === chain && (!kind || change.kind === kind));
  }

  /** @param instead numbers of refused changes that this one takes the place of */
  async add(change, instead = []) {
    this.#entering.push({ ...change, who: me, tab: TAB, key: newKey(), instead });
    localStorage.setItem(SIGN, '');
    this.report();
    await this.ready;
    if (this.#isEntering) return;
    this.#isEntering = true;
    while (this.#entering.length) await this.#enter([...this.#entering]);
    this.#isEntering = false;
    this.#tell({});
    this.#run();
  }

  /** Keep what came meanwhile, in one step. */
  #enter(batch) {
    return this.#edit((all) => {
      const chains = new Set(all.filter(({ who, refused }) => who === me && !refused).map(({ chain }) => chain));
      let n = Math.max(all.at(-1)?.n ?? 0, Date.now()); // never again what another tab may still know as another change
      const put = batch.map(({ instead, ...change }) => {
        const waits = chains.has(change.chain);
        chains.add(change.chain);
        n += 1;
        return { ...change, n, version: waits ? change.version : this.#newest(change) };
      });
      return { put, drop: refusedOf(all, batch.flatMap(({ instead }) => instead)) };
    }, () => { this.#entering = this.#entering.slice(batch.length); });
  }

  #newest({ chain, version }) {
    return version === undefined ? version : Math.max(version, this.#answered.get(chain) ?? 0);
  }

  /** Forget a refused change: the person has decided so. */
  async drop(n) {
    await this.#edit((all) => ({ drop: refusedOf(all, [n]) }));
    this.#tell({});
    this.report();
  }

  /** Try at once, also with a session that may be a new one. */
  async retry() {
    await this.ready;
    if (this.#isOut) {
      const name = await whoIsHere();
      if (name !== me) return this.#stop(name ? 'stranger' : 'session', name);
    }
    this.#stop('');
    clearTimeout(this.#timer);
    this.#timer = 0;
    await this.#edit(() => {});
    this.#run();
  }

  /** After signing in: this tab and all others go on. */
  signedIn() {
    this.#tell({ again: true });
    return this.retry();
  }

  #stop(why, message = '') {
    Object.assign(this, { why, message });
    this.report();
  }

  #tell(news) {
    this.#others.postMessage({ who: me, ...news });
  }

  #note({ chain }, { ok, version }) {
    if (ok && version) this.#answered.set(chain, version);
  }

  async #hear({ who, again, change, answer }) {
    await this.ready;
    if (change && who === me) this.#note(change, answer);
    await this.#edit(() => {});
    if (who !== me) return this.report();
    if (change) this.settled(change, answer);
    else this.arrived();
    if (again || (change && this.why)) this.retry();
    this.report();
  }

  async #edit(work, then) {
    let all;
    try {
      all = await this.#store.edit(work);
    } catch {
      // Full, or taken away: go on in memory with what is known, and say so.
      this.#store = new Memory(this.#kept, this.#store);
      all = await this.#store.edit(work);
    }
    this.#kept = all.filter(({ n }) => n);
    if (this.#kept.length) localStorage.setItem(SIGN, '');
    else if (!this.#entering.length) localStorage.removeItem(SIGN);
    then?.();
  }

  async #run() {
    this.#isWanted = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (this.#isWanted && !this.#timer && !this.why) {
        this.#isWanted = false;
        await this.#inTurn(() => this.#sendAll());
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** One tab sends at a time, or the order would not hold. */
  async #inTurn(work) {
    if (navigator.locks) return navigator.locks.request(LOCK, work);
    if (!(await this.#takeTurn())) return this.#pause(1);
    await work();
    return this.#edit((all) => ({ drop: all.filter(({ n, tab }) => !n && tab === TAB).map(({ n }) => n) }));
  }

  /** Plain http beyond localhost has no locks: take the turn in the store, for as long as a request may take. */
  async #takeTurn() {
    if (navigator.locks) return true;
    let isMine = true;
    await this.#edit((all) => {
      const held = all.find(({ n }) => !n);
      isMine = !held || held.tab === TAB || Math.abs(held.until - Date.now() - TURN / 2) > TURN / 2;
      return isMine ? { put: [{ n: 0, tab: TAB, until: Date.now() + TURN }] } : {};
    });
    return isMine;
  }

  async #sendAll() {
    await this.#edit(() => {}); // other tabs have put theirs in, or have sent what I know
    while (!this.#timer) {
      if (!(await this.#takeTurn())) return;
      const change = this.#kept.find(({ who, refused }) => who === me && !refused);
      if (!change) return this.report();
      const { method, url, body, version, key } = change;
      await this.#take(change, await request(method, url, { body, key, version: version ?? undefined }));
      if (this.#isOut) return;
    }
  }

  async #take(change, answer) {
    if (answer.status === 401 || answer.error?.code === 'csrf') {
      const name = answer.status === 401 ? null : await whoIsHere(); // perhaps only the token of an earlier sign-in
      if (name !== me || this.isRenewed) return this.#stop(name && name !== me ? 'stranger' : 'session', name);
      this.isRenewed = true;
      return;
    }
    if (TRY_AGAIN.has(answer.status)) {
      const seconds = answer.retryAfter || Math.min(LONGEST_PAUSE, 2 ** this.#failures);
      this.#failures += 1;
      this.#pause(seconds * (1 + Math.random() / 4));
      return this.#stop(answer.status ? 'waiting' : 'offline', answer.error.message);
    }
    this.isRenewed = false;
    this.#failures = 0;
    this.#note(change, answer);
    localStorage.setItem(LAST, Date.now());
    await this.#edit((all) => (all.some(({ key }) => key === change.key) ? settle(all, change, answer) : {}));
    Object.assign(this, { why: '', message: '' });
    this.#tell({ change, answer });
    this.settled(change, answer);
    this.report();
  }

  #pause(seconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.retry(), seconds * 1000);
  }
}

/** What the page makes of news never stops the sending. */
export const safely = (act) => (...news) => {
  try {
    act(...news);
  } catch (error) {
    reportError(error);
  }
};

/** Only what was refused may be dropped unsent. */
const refusedOf = (all, list) => all.filter(({ n, refused }) => refused && list.includes(n)).map(({ n }) => n);

/** Is what was asked for just what is stored already, for example from another computer of mine? */
export const agrees = ({ kind, body }, { status, error }) => kind === 'annotation' && status === 412
  && ['label', 'speaker', 'note'].every((name) => (error.current?.[name] ?? null) === body[name]);

/** What an answer does to the changes that wait: {put, drop}. */
export function settle(all, change, answer) {
  const behind = all.filter((each) => each.who === change.who && each.n > change.n && !each.refused);
  const chain = behind.filter((each) => each.chain === change.chain);
  if (answer.ok || agrees(change, answer)) {
    const version = answer.ok ? answer.version : answer.error.current.version;
    const put = chain.slice(0, 1).map((next) => ({ ...next, version: Math.max(version, next.version ?? 0) }));
    return { drop: [change.n], put: [...put, ...decisionsOn(behind, change, answer)] };
  }
  // The newest stands for all that wait behind it: it holds the whole record.
  const refused = { status: answer.status, ...answer.error };
  const last = chain.findLast(({ url }) => url === change.url) ?? change;
  const others = chain.filter(({ url }) => url !== change.url);
  const gone = [change, ...chain].filter((each) => each !== last && !others.includes(each));
  return { drop: gone.map(({ n }) => n), put: [last, ...others].map((each) => ({ ...each, refused })) };
}

/** My own vote moves the decision on; one of mine that waits was made knowing it, unless another editor decided. */
function decisionsOn(behind, { doc, start }, { data }) {
  const decision = data?.sentence?.decision;
  if (!decision || decision.decided_by === 'adjudication') return [];
  const mine = behind.filter((each) => each.kind === 'decision' && each.doc === doc && each.start === start);
  return mine.slice(0, 1).map((each) => ({ ...each, version: Math.max(decision.version, each.version ?? 0) }));
}
