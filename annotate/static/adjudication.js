/**
 * Disputes settled one after the other by keyboard: each decision stands at once, goes out through the outbox, and the
 * next dispute comes by itself. A dispute is a piece of a page of the server, fetched before it is needed.
 */
import { me } from './api.js';
import { Comments } from './comments.js';
import { KEYS_SETTING, LABELS, isField } from './keys.js';
import { showNotices } from './notices.js';
import { Outbox } from './outbox.js';
import { meaning } from './own.js';
import { clip, isCheckable, words } from './sentences.js';
import { comeBack } from './session.js';

const $ = (id) => document.getElementById(id);
const { root, names, keys: moved = '{}' } = $('adjudication').dataset;
const OWN = JSON.parse(moved);
const YEAR = 365 * 24 * 3600; // seconds
const LATE = 'The next one does not come: it is asked for again and again.';
const PATIENCE = 3000; // ms; then a dispute that did not come is asked for again
const TROUBLE = { offline: 'Offline', waiting: 'Not saved yet', session: 'Signed out', stranger: 'Not saved' };

const links = [...document.querySelectorAll('.worst a')];
const cases = new Map(); // by link: a promise of its piece of a page
const done = []; // what I have decided here, for undo: {link, n: how often}
let shown = null; // the link whose dispute is to be shown
let here = null; // the link whose dispute is there: the same, once it has come
let told = ''; // what somebody else has decided meanwhile
let sentence = null; // the shown one, as comments take it

const outbox = new Outbox({ report, settled, arrived: report });
const comments = new Comments($('comments'), { outbox, doc: () => $('case').dataset.doc, send, say, told: report, nameOf });

// ---- to the server and back ----

function send({ path, ...change }, instead) {
  const { doc, id } = $('case').dataset;
  const about = clip($('case').querySelector('mark').textContent);
  outbox.add({ doc, about, url: `${root}documents/${encodeURIComponent(id)}${path}`, ...change }, instead);
}

function sendDecision(body, version) {
  const { doc, start, end } = $('case').dataset;
  send({
    kind: 'decision', method: 'PUT', start: Number(start), version, chain: `decision ${doc} ${start}`,
    path: `/sentences/${start}/decision`, body: { end: Number(end), ...body },
  });
}

const linkOf = ({ doc, start }) => links.find((each) => each.dataset.start === String(start) && doc.endsWith(`/${each.dataset.id}`));

const isShown = ({ doc, start }) => $('case')?.dataset.doc === doc && Number($('case').dataset.start) === start;

/** The server has answered, in this tab or in another. */
function settled(change, answer) {
  if (change.kind === 'comment' && sentence && isShown(change)) {
    if (answer.ok) sentence.comments = answer.data.sentence.comments ?? [];
    comments.settled(sentence, change, answer);
  } else if (change.kind === 'decision' && !answer.ok) {
    say(`A decision is not stored: ${answer.error.message}`);
  }
  report();
}

const refusedHere = () => outbox.mine.filter((change) => change.refused && change.kind === 'decision');

/** Saved, Saving, Offline or Not saved, and the first of the decisions that were not taken. */
function report() {
  const { length } = outbox.unsent;
  const n = length + refusedHere().length;
  const isBad = (outbox.why && length) || refusedHere().length;
  const save = $('save');
  if (isBad) save.ariaLive = 'polite';
  save.dataset.state = isBad ? 'unsaved' : n ? 'saving' : sentence?.drafts.comment ? 'draft' : 'saved';
  $('save-text').textContent = { unsaved: `${TROUBLE[outbox.why] ?? 'Not saved'} (${n})`, saving: 'Saving…', draft: 'Unsaved typing', saved: 'Saved' }[save.dataset.state];
  $('retry').hidden = !length || !['offline', 'waiting'].includes(outbox.why);
  $('session').hidden = !length || !['session', 'stranger'].includes(outbox.why);
  $('session-text').textContent = outbox.why === 'stranger' ? `${outbox.message} is signed in now. Your work waits here for you.` : 'Your session ended. Nothing is lost: sign in again, and it goes out.';
  $('undo').disabled = !done.length;
  showNotices(outbox, location.pathname, ({ kind, ...change }) => kind === 'decision' || (kind === 'comment' && isShown(change)));
  showProblem();
}

function showProblem() {
  const [change] = refusedHere();
  $('problem').hidden = !change;
  if (!change) return;
  const { about, body, refused } = change;
  const current = refused.status === 412 && refused.current;
  const text = current ? `“${about}” was decided meanwhile: ${describe(current)}. Yours: ${describe(body)}.` : `“${about}” is not stored as ${describe(body)}. ${refused.message}`;
  if ($('problem-text').textContent !== text) $('problem-text').textContent = text;
  $('keep-mine').textContent = current ? 'Keep mine' : 'Try again';
  $('take-theirs').textContent = current ? 'Take theirs' : 'Discard mine';
}

function describe({ label, speaker, reason, in_dispute: isOpen }) {
  return [words(label) || (isOpen ? 'in dispute' : 'left to the votes'), speaker, reason && `“${reason}”`].filter(Boolean).join(', ');
}

function choose(isMine) {
  const [{ n, refused, ...change }] = refusedHere();
  const { doc, kind, start, chain, method, url, body, about, version } = change;
  if (isMine) outbox.add({ doc, kind, start, chain, method, url, body, about, version: refused.current?.version ?? version }, [n]);
  else outbox.drop(n);
  $('case')?.focus();
}

// ---- from one dispute to the next ----

const isDone = (link) => 'done' in link.dataset;

/** The next that is open, from a link on and then from the beginning; also backwards. */
function nextOf(link, by = 1) {
  const open = links.filter((each) => each === link || !isDone(each));
  const found = open[(open.indexOf(link) + by + open.length) % open.length];
  return found !== link && found && !isDone(found) ? found : null;
}

async function fetchCase(link) {
  if (!cases.has(link)) cases.set(link, readCase(link.href));
  const piece = await cases.get(link);
  if (!piece) cases.delete(link);
  return piece;
}

/** A dispute as the server shows it, or, where there is none (any more), the words that say so; null: nobody knows. */
async function readCase(href) {
  try {
    const response = await fetch(href);
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const gone = response.status === 404 ? page.querySelector('main p:not(.code)') : null;
    return page.getElementById('case') ?? gone;
  } catch {
    return null;
  }
}

/** Show the dispute of a link; what was decided by others meanwhile is told and passed over. */
async function go(link, { isBack = false } = {}) {
  if (!link) return showEnd();
  shown = link;
  here = null; // what stands there until the next has come is decided already
  const isOld = cases.has(link);
  const piece = await fetchCase(link);
  if (shown !== link) return; // somebody was faster than the network
  if (!piece) return comeAgain(link, isBack);
  if (!piece.id || (!isBack && !('open' in piece.dataset))) return passOver(link, piece);
  $('empty').hidden = true;
  if ($('case')) $('case').replaceWith(piece);
  else $('empty').before(piece);
  arrive(link);
  if (isOld && !isBack) refresh();
  fetchCase(nextOf(link) ?? link);
}

function comeAgain(link, isBack) {
  if (!told) say(LATE, 'tell');
  setTimeout(() => shown === link && !here && go(link, { isBack }), PATIENCE);
}

/** What was fetched a while ago may be decided by now. */
async function refresh() {
  const link = here;
  const fresh = link && !isDone(link) && await readCase(link.href);
  if (fresh && here === link && !isDone(link) && !('open' in fresh.dataset)) passOver(link, fresh);
}

function passOver(link, piece) {
  link.dataset.done = '';
  say(`“${clip(link.textContent)}”: ${piece.querySelector?.('#decided span')?.textContent ?? piece.textContent.trim().slice(0, 200)}`, 'tell');
  return go(nextOf(link));
}

/** @param link null for one that the address names and that is not in the list: it is decided as a plain form */
function arrive(link) {
  here = link;
  if (told === LATE) forgetTold();
  for (const each of links) each.ariaCurrent = each === link ? 'true' : null;
  const { start, end, comments: said } = $('case').dataset;
  sentence = { start: Number(start), end: Number(end), comments: JSON.parse(said), drafts: {} };
  $('comments').hidden = false;
  comments.show(sentence, true);
  if (link) history.replaceState(null, '', link.href);
  link?.scrollIntoView({ block: 'nearest' });
  $('case').focus({ preventScroll: true });
  $('case').querySelector('mark').scrollIntoView({ block: 'nearest' });
  report();
}

function showEnd() {
  shown = null;
  here = null;
  sentence = null;
  $('case')?.remove();
  $('comments').hidden = true;
  $('empty').hidden = false;
  $('empty').focus();
  say('That was the last one of this list.');
}

/** Speak, and with `tell` write it above the dispute too, until the next act. */
function say(text, how) {
  $('announce').textContent = text;
  if (how !== 'tell') return;
  told = told ? `${told} ${text}` : text;
  $('told').textContent = told;
  $('told').hidden = false;
}

function forgetTold() {
  told = '';
  $('told').hidden = true;
}

// ---- what I do ----

const field = (name) => $('decide').elements[name];

function decide(side) {
  if (!shown) return document.querySelector(`#case [name=side][value="${CSS.escape(side)}"]`)?.click();
  if (!here) return say('One moment: the next one is still on its way.');
  const { dataset } = $('case');
  if (!('open' in dataset)) return;
  forgetTold();
  const [label, ...rest] = side.split(':');
  const reason = [field('term').value, field('words').value.trim()].filter(Boolean).join(': ') || null;
  const speaker = isCheckable(label) ? field('speaker').value.trim() || rest.join(':') || null : null;
  sendDecision({ label, speaker, reason }, Number(dataset.version));
  shown.dataset.done = label;
  done.push({ link: shown });
  const next = nextOf(shown);
  say(`${words(label)}. ${links.filter((each) => !isDone(each)).length} left in this list.`);
  go(next);
}

/** Take the last decision back: it is sent after the decision itself, on the version that this has made. */
async function undo() {
  const { link } = done.pop() ?? {};
  if (!link) return say('Nothing to undo.');
  forgetTold();
  delete link.dataset.done;
  const piece = await fetchCase(link);
  if (!piece) return done.push({ link });
  await go(link, { isBack: true });
  if (here !== link) return;
  const { dataset } = $('case');
  const refused = refusedHere().find(isShown);
  if (refused) return outbox.drop(refused.n);
  sendDecision({ label: null, speaker: null, reason: null }, Number(dataset.version) + 1);
  dataset.version = Number(dataset.version) + 2;
  return say('Given back to the votes.');
}

function toggleNames() {
  document.cookie = `annotate_names=${names === 'hidden' ? '' : 'hidden'}; path=/; max-age=${YEAR}; samesite=lax`;
  location.reload();
}

/** With names hidden the server names nobody, and neither do its answers here. */
function nameOf(name) {
  return names === 'hidden' && name !== me ? 'Somebody' : name;
}

const ACTS = {
  j: () => go(nextOf(shown)),
  k: () => go(nextOf(shown, -1)),
  u: undo,
  a: () => field('speaker').select(),
  r: () => field('term').focus(),
  m: () => field('words').focus(),
  o: () => $('comments').querySelector('textarea').focus(),
  h: toggleNames,
  '?': () => $('keys').showModal(),
};
const SAME = { ArrowDown: 'j', ArrowUp: 'k' };

function onKey(event) {
  const { target } = event;
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || $('keys').open) return;
  if (isField(target)) {
    if (event.key === 'Escape') $('case')?.focus();
    return;
  }
  if (localStorage.getItem(KEYS_SETTING) === 'off' && !target.closest('#case')) return;
  const key = meaning(event, OWN, 'cqbnjkuamo?');
  if (key.length > 1 && target.closest('button, a, summary')) return;
  const name = SAME[key] ?? key;
  const side = document.querySelector(`#case [data-key="${CSS.escape(name)}"]`)?.value;
  const word = side ?? LABELS[name];
  const act = word ? () => decide(word) : ACTS[name];
  if (!act || (!$('case') && name !== 'u' && name !== '?')) return;
  event.preventDefault();
  if (!event.repeat || name === 'j' || name === 'k') act();
}

function signedIn() {
  outbox.signedIn();
  if (shown && !here) go(shown);
}

function listen() {
  document.addEventListener('keydown', onKey);
  document.addEventListener('submit', (event) => {
    if (event.target.id !== 'decide' || event.submitter?.name !== 'side' || !shown) return;
    event.preventDefault();
    decide(event.submitter.value);
  });
  document.querySelector('.worst').addEventListener('click', (event) => {
    const link = event.target.closest('a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    forgetTold();
    go(link, { isBack: true });
  });
  const clicks = {
    undo, previous: ACTS.k, skip: ACTS.j, names: toggleNames, retry: () => outbox.retry(),
    'show-keys': ACTS['?'], 'keep-mine': () => choose(true), 'take-theirs': () => choose(false),
  };
  for (const [id, act] of Object.entries(clicks)) $(id).addEventListener('click', act);
  $('again').addEventListener('submit', (event) => {
    event.preventDefault();
    comeBack(event.target, signedIn);
  });
  addEventListener('online', refresh);
  document.addEventListener('visibilitychange', () => !document.hidden && refresh());
  addEventListener('beforeunload', (event) => {
    const isTyping = here && 'open' in $('case').dataset && field('words').value.trim();
    if (isTyping || (outbox.unsent.length && !outbox.isSafe)) event.preventDefault();
  });
}

async function start() {
  shown = links.find((each) => each.ariaCurrent) ?? null;
  if (shown) cases.set(shown, Promise.resolve($('case')));
  $('bar').hidden = false;
  listen();
  await outbox.ready;
  for (const change of outbox.unsent.filter(({ kind }) => kind === 'decision')) {
    const link = linkOf(change);
    if (link && change.body.label) link.dataset.done = change.body.label; // it waits since an earlier visit
  }
  if (shown && isDone(shown)) go(nextOf(shown));
  else if ($('case')) arrive(shown);
  if (shown) fetchCase(nextOf(shown) ?? shown);
  report();
  if (outbox.unsent.length) outbox.retry();
}

if (links.length) start();
