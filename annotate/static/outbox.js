/**
 * Changes on their way to the server: one after the other, each once, none lost while the page is open.
 *
 * A change is {method, url, body, version(), done(answer), refused(answer), of, kind}. The version is read when its turn
 * comes, so it is the one answered to the change before; on a retry it and the Idempotency-Key stay the same.
 */
import { newKey, renewSession, request } from './api.js';

const TRY_AGAIN = new Set([0, 408, 425, 429, 502, 503, 504]);
const ENDED = 'Your session ended. Sign in again in another tab, then Retry';
const LONGEST_PAUSE = 30; // seconds

export class Outbox {
  #queue = [];
  #busy = false;
  #timer = 0;
  #failures = 0;
  #stopped = ''; // why nothing can be sent until the person acts
  #waiting = ''; // why the next try is later
  #report;

  /** @param report called whenever `state` changes */
  constructor(report) {
    this.#report = report;
    addEventListener('online', () => this.retry());
  }

  /** How many changes are not stored yet, and in words why if it is not just a moment. */
  get state() {
    return { n: this.#queue.length, why: this.#queue.length ? this.#stopped || this.#waiting : '' };
  }

  add(change) {
    this.#queue.push({ ...change, key: newKey() });
    this.#report();
    this.#run();
  }

  /** Is anything of this kind still to be sent for that sentence? */
  holds(of, kind) {
    return this.#queue.some((change) => change.of === of && change.kind === kind);
  }

  /** Forget what waits behind a change that the server did not take. */
  drop(of, kind) {
    this.#queue = this.#queue.filter((change) => change.of !== of || change.kind !== kind);
  }

  async retry() {
    if (this.#stopped) {
      const name = await renewSession();
      const mine = document.querySelector('meta[name="reviewer"]').content;
      if (name !== mine) {
        this.#stopped = name ? `${name} is signed in now; these changes are ${mine}’s. Sign in as ${mine}, then Retry` : this.#stopped;
        return this.#report();
      }
      this.#stopped = '';
    }
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#run();
  }

  async #run() {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#queue.length && !this.#timer && !this.#stopped) await this.#send(this.#queue[0]);
    } finally {
      this.#busy = false;
    }
  }

  async #send(change) {
    change.seen ??= change.version?.();
    const answer = await request(change.method, change.url, { body: change.body, version: change.seen, key: change.key });
    await this.#settle(change, answer);
  }

  async #settle(change, answer) {
    if (answer.status === 401) {
      this.#stopped = ENDED;
    } else if (answer.error?.code === 'csrf' && !change.renewed) {
      change.renewed = true; // perhaps the CSRF token of an earlier sign-in
      this.#stopped = ENDED;
      await this.retry();
    } else if (TRY_AGAIN.has(answer.status)) {
      this.#pause(answer);
    } else {
      this.#failures = 0;
      this.#waiting = '';
      this.#queue.shift();
      if (answer.ok) change.done(answer.data);
      else change.refused(answer);
    }
    this.#report();
  }

  #pause(answer) {
    const seconds = answer.retryAfter || Math.min(LONGEST_PAUSE, 2 ** this.#failures);
    this.#failures += 1;
    this.#waiting = `${answer.error.message} Trying again in ${seconds} s`;
    this.#timer = setTimeout(() => this.retry(), seconds * 1000 * (1 + Math.random() / 4));
  }
}
