/** The workbench: keys, focus, progress and sign-off. What is tagged is in mine.js, the way to the server in outbox.js. */
import { request } from './api.js';
import { KEYS_SETTING, LABELS, isField, latin } from './keys.js';
import { Mine } from './mine.js';
import { Outbox, safely } from './outbox.js';
import { Panel } from './panel.js';
import { clip, isCheckable, isUnsaved, makeList, readSentences, words } from './sentences.js';

const $ = (id) => document.getElementById(id);
const { api, root, role, keys = '{}' } = $('workbench').dataset;
const OWN = JSON.parse(keys); // what keys mean that are not as usual: the usual key, or nothing
const HERE = location.pathname;
const PATIENCE = 1000; // ms that the page waits for what an earlier visit left, before it can be used
const calm = matchMedia('(prefers-reduced-motion: reduce)');

const sentences = readSentences($('article'), JSON.parse($('state').textContent));
let current = null;
let anchor = null; // where a range began
let lastLabel = null;
let complaint = null; // {text, n?}: what the server refused beyond single sentences
let leaving = false;
const outbox = new Outbox({ report: showSaving, settled, arrived });
const mine = new Mine({ sentences, outbox, send, changed });
const back = () => focus(current);
const panel = new Panel($('panel'), { api: root, isEditor: role !== 'reviewer', sentences, mine, outbox, send, say, showSaving, leave: back });
let find = null; // these come later
let cut = null;
let guide = null;
let extras = null; // all of them
let loaded = null;
let isWaiting = false; // for them: what is typed meanwhile was meant for what comes, not for here

// ---- to the server and back ----

function send({ path, ...change }, instead) {
  const s = mine.at(change.start);
  return outbox.add({ doc: HERE, url: api + path, chain: [change.kind, HERE, change.start].join(' ').trim(), about: s && clip(s.text), ...change }, instead);
}

/** The server has answered a change, of this tab or of another. */
function settled(change, answer) {
  if (change.doc !== HERE) return;
  const { ok, data } = answer;
  const s = mine.at(change.start);
  const kept = outbox.mine.find(({ n, refused }) => refused && n === change.n) ?? change;
  if (ok) {
    $('n-in-dispute').textContent = data.document.n_in_dispute;
    $('n-unchecked').textContent = data.document.n_unchecked;
    if (s && data.sentence && change.kind !== 'annotation') mine.absorb(s, data.sentence);
  }
  const act = {
    comment: () => s && load(({ comments }) => comments.settled(s, change, answer)),
    annotation: () => s && mine.settled(s, change, answer),
    decision: () => s && decisionSettled(s, { ...kept, n: ok ? undefined : kept.n }, answer),
    verification: () => s && verificationSettled(s, { ...kept, n: ok ? undefined : kept.n }, answer),
    'sign-off': () => (ok ? signedOff() : notSignedOff(kept, answer.error)),
    split: () => bounded(change, answer),
    merge: () => bounded(change, answer),
  }[change.kind];
  act?.();
  showProgress();
  if (s === current) showCurrent();
}

/** Another tab of mine has queued or discarded something. */
function arrived() {
  if (!current) return; // all is shown in a moment
  const isGone = (n) => n && !outbox.mine.some((each) => each.n === n);
  if (isGone(complaint?.n)) complaint = null;
  for (const s of sentences) mine.forget(s, isGone);
  showWaiting(['annotation']);
  changed(current);
}

/** Show what waits: the changes of an earlier visit, or of another tab. */
function showWaiting(kinds) {
  outbox.mine.filter(({ doc, kind }) => doc === HERE && (!kinds || kinds.includes(kind))).forEach(safely(showOne));
}

function showOne(change) {
  const { kind, refused, start } = change;
  const s = mine.at(start);
  const answer = { error: refused, status: refused?.status };
  if (kind === 'sign-off') refused ? notSignedOff(change, refused) : $('sign-off').disabled = true;
  else if (!s) return; // if it was refused, the strip tells it
  else if (kind === 'annotation') mine.show(s, change);
  else if (kind === 'comment') return;
  else if (kind === 'decision') refused && decisionSettled(s, change, answer);
  else if (kind === 'verification') refused ? verificationSettled(s, change, answer) : load(({ verification }) => verification.waits(s, change));
  else refused ? bounded(change, answer) : mine.wait(s, kind);
}

function decisionSettled(s, change, answer) {
  if (answer.ok || hasForm(s, 'decision')) load(({ decision }) => decision?.settled(s, change, answer));
  else delete s.drafts.decision; // the strip tells it
}

function verificationSettled(s, change, answer) {
  if (answer.ok || hasForm(s, 'verification')) load(({ verification }) => verification.settled(s, change, answer));
  else delete s.drafts.verification;
}

const refusedHere = () => outbox.mine.filter((change) => change.refused && change.doc === HERE);

/** Is the form there that shows a verification or a decision? The label may be another by now. */
const hasForm = (s, kind) => ({ verification: isCheckable(s.decision?.label), decision: Boolean(s.decision && role !== 'reviewer'), assignee: false })[kind] ?? true;

/** Those whose sentence or form is not there: they show nowhere else. */
const strays = () => refusedHere().filter(({ start, kind }) => start !== undefined && !(mine.at(start) && hasForm(mine.at(start), kind)));

function tellStray({ kind, start, about, body, refused: { message } }) {
  const what = mine.at(start) ? `The ${kind} of “${about}” is not stored` : `“${about}” is no longer a sentence of this article`;
  return `${what}. Yours was: ${describe(body, 400)}. ${message}`;
}

function complain(text, n) {
  complaint = { text, n };
  showProblem();
}

function bounded(change, answer) {
  const isHere = change.start === current.start || !current.el.isConnected;
  const found = mine.bounded(change, answer);
  for (const s of found ?? []) for (const kind of Object.keys(s.drafts)) panel.drafts?.keep(kind, s); // with its new end
  if (!answer.ok) complain(`The boundaries are as they were. ${answer.error.message}`);
  const lost = (answer.data?.lost ?? []).map((each) => `${each.reviewer ?? 'You'}: ${words(each.label)}`);
  if (found) say(`${found.length > 1 ? 'Cut in two.' : 'Joined.'} ${lost.length ? 'The labels differed, so it is untagged. Before: ' + lost.join(', ') + '.' : ''}`);
  if (found && (isHere || !current.el.isConnected)) focus(found[0], { take: document.activeElement === document.body || $('article').contains(document.activeElement) });
  $('tagged').max = sentences.length;
}

function changed(s) {
  showProgress();
  showProblem();
  showSaving();
  if (s === current) showCurrent();
}

function showProgress() {
  const n = mine.nUntagged;
  const isDone = 'done' in $('sign-off').dataset;
  $('n-untagged').textContent = n;
  $('end-untagged').textContent = n ? left() : 'Every sentence is tagged.';
  for (const each of document.querySelectorAll('[data-rest]')) each.hidden = !n;
  for (const each of document.querySelectorAll('[data-n]')) each.textContent = n;
  $('rest').hidden ||= !n;
  $('tagged').value = sentences.length - n;
  $('undo').disabled = !mine.canUndo;
  $('sign-off').textContent = n ? `Sign off (${n} left)` : isDone ? 'Signed off ✓' : 'Sign off';
  $('sign-off').disabled = (!n && isDone) || outbox.holds(`sign-off ${HERE}`);
}

const left = () => `${mine.nUntagged} left.`;

/** Saved, Saving, Offline or Not saved; spoken only when something went wrong and when it is well again. */
function showSaving() {
  const { length } = outbox.unsent;
  const nRefused = refusedHere().length;
  const n = length + nRefused;
  const drafts = sentences.some((s) => Object.values(s.drafts).some(Boolean));
  const isBad = (outbox.why && length) || nRefused;
  const state = isBad ? 'unsaved' : n ? 'saving' : drafts || panel.isTyping ? 'draft' : 'saved';
  const save = $('save');
  if (state === 'unsaved') save.ariaLive = 'polite';
  save.dataset.state = state;
  const why = { offline: `Offline (${n})`, waiting: `Not saved yet (${n})`, session: `Signed out (${n})`, stranger: `Not saved (${n})` }[outbox.why] ?? `Not saved (${n})`;
  write($('save-text'), { unsaved: why, saving: 'Saving…', draft: areDraftsKept() && !panel.isTyping ? 'Draft kept' : 'Unsaved typing', saved: 'Saved' }[state]);
  $('retry').hidden = !length || !['offline', 'waiting'].includes(outbox.why);
  if (state === 'saved') setTimeout(() => { if (save.dataset.state === 'saved') save.ariaLive = 'off'; }, 1000);
  $('session').hidden = !length || !['session', 'stranger'].includes(outbox.why);
  write($('session-text'), outbox.why === 'stranger' ? `${outbox.message} is signed in now. Your work waits here for you.` : 'Your session ended. Nothing is lost: sign in again, and it goes out.');
  extras?.showNotices(outbox, HERE);
  showProblem();
}

function write(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

/** What the server did not take: one strip above the tools, one sentence at a time. */
function showProblem() {
  const [s] = mine.problems;
  const [gone] = strays();
  const text = s ? explain(s) : complaint?.text ?? (gone ? tellStray(gone) : '');
  $('problem').hidden = !text;
  if ($('problem-text').textContent === text) return;
  $('problem-text').textContent = text;
  $('keep-mine').hidden = !s;
  const { stored, code, current: now } = s?.problem ?? {};
  const newer = code === 'superseded' && (now?.document ?? now?.id);
  $('newer').hidden = !newer;
  if (newer) $('newer').href = `${root.replace('api/v1/', '')}documents/${newer}`;
  $('keep-mine').textContent = stored || isBoundary(s) ? 'Keep mine' : code === 'boundary_changed' ? 'Reload the page' : 'Try again';
  $('take-theirs').textContent = !s && complaint && !complaint.n ? 'Close' : stored ? 'Take theirs' : 'Discard mine';
  if (text) say(text);
}

/** Is the change about other boundaries than those that the page shows by now? */
const isBoundary = (s) => s?.problem.code === 'boundary_changed' && s.problem.current?.sentences?.some(({ start, end }) => start === s.start && end === s.end);

function explain(s) {
  const { stored, message, code, current: now } = s.problem;
  const start = `“${clip(s.text, 40)}”`;
  if (stored) return `${start} was changed elsewhere. Stored now: ${describe(stored)}. Yours: ${describe(s.mine)}.`;
  const there = code === 'boundary_changed' && now?.sentences ? ` There now: ${now.sentences.map(({ text }) => `“${clip(text, 40)}”`).join(' and ')}.` : '';
  return `${start} is not saved as ${describe(s.mine)}. ${message}${there}`;
}

/** An annotation, or a decision, or a verification, in words. */
function describe({ text, label, reviewer, speaker, note, reason, status, attribution, verdict, rationale, evidence = [] }, n) {
  const terms = [clip(text, n) ?? (words(label ?? status ?? reviewer) || 'untagged'), words(attribution), words(verdict)];
  return [...terms, ...[speaker, note, reason, rationale, ...evidence.map(({ url, reference }) => url ?? reference)].map((each) => clip(each, n))].filter(Boolean).join(', ');
}

async function choose(act) {
  const [s] = mine.problems;
  if (!s) {
    const n = complaint ? complaint.n : strays()[0]?.n;
    if (n) outbox.drop(n);
    complaint = null;
    showProblem();
    return focus(current);
  }
  const isOld = s.problem.code === 'boundary_changed' && !isBoundary(s);
  if (isOld && act === 'keepMine') {
    leaving = true; // it is kept, and shown again
    return location.reload();
  }
  const done = mine[act](s);
  focus(s);
  if (!isOld) return;
  await done;
  location.reload(); // with the boundaries that are there now
}

// ---- where I am ----

const chosen = () => (anchor ? sentences.slice(Math.min(anchor.index, current.index), Math.max(anchor.index, current.index) + 1) : [current]);

/** Make a sentence the current one; `extend` keeps those from where I was. */
function focus(s, { take = true, scroll = true, extend = false } = {}) {
  if (!s) return;
  if (cut?.s && cut.s !== s) cut.stop({ leave: false });
  if (s !== current || (anchor && !extend)) {
    anchor = extend ? anchor ?? current : null;
    if (anchor === s) anchor = null;
    if (current) current.el.tabIndex = -1;
    current = s;
    s.el.tabIndex = 0;
    const list = new Set(chosen().map(({ el }) => el));
    for (const el of $('article').querySelectorAll('[aria-selected]')) if (!list.has(el)) el.ariaSelected = null;
    for (const el of list) el.ariaSelected = 'true';
    if (extend) say(`${list.size} selected.`);
    showCurrent();
  }
  if (take) s.el.focus({ preventScroll: true });
  if (scroll) s.el.scrollIntoView({ block: 'nearest', behavior: calm.matches ? 'auto' : 'smooth' });
  if (!$('quick').hidden) placeQuick();
}

function showCurrent() {
  for (const button of document.querySelectorAll('[data-tag]')) button.ariaPressed = String(button.dataset.tag === current.mine.label);
  panel.show(current);
}

const move = (by, options) => focus(sentences[current.index + by], options);

/** The next that is untagged, from here on and then from the beginning. */
const nextUntagged = (after = current.index) => [...sentences.slice(after + 1), ...sentences].find((s) => !s.mine.label);

function goToUntagged() {
  const s = nextUntagged();
  if (!s) return say('Every sentence is tagged.');
  focus(s);
}

function say(text, isShown = false) {
  $('announce').textContent = text;
  $('announce').classList.toggle('hear', !isShown);
}

/** Say why a key did nothing, so that it can be seen as well; the next word takes its place. */
const refuse = (text) => say(text, true);

/** On a touch screen the tags stand under the sentence that was tapped. */
function placeQuick() {
  const quick = $('quick');
  quick.hidden = false;
  quick.prepend(document.querySelector('.tags'));
  const boxes = current.el.getClientRects();
  const home = $('article').getBoundingClientRect();
  quick.style.top = `${boxes[boxes.length - 1].bottom - home.top + 4}px`;
}

function closeQuick() {
  $('quick').hidden = true;
  $('bar').querySelector('.acts').before(document.querySelector('.tags'));
  focus(current, { scroll: false });
}

// ---- what I do ----

const WAIT = 'Its boundaries are being stored: wait a moment.';
const UNSAVED = 'Save or discard first what is not stored yet about it: its boundaries are as they were.';

function tag(label, origin, options) {
  const list = chosen();
  if (list.some((s) => s.isCutting)) return refuse(WAIT);
  lastLabel = label;
  mine.change(list, { label }, origin);
  const next = sentences[list.at(-1).index + 1];
  focus(next ?? list.at(-1), options);
  const many = list.length > 1 ? `, ${list.length} sentences` : '';
  say(`${words(label)}${many}. ${left()}${next ? '' : ' End of the article.'}`);
}

function takeSuggestion(origin = 'key') {
  const { suggestion, mine: { label } } = current;
  if (!suggestion || label) return refuse('Nothing is suggested here.');
  if (current.isCutting) return refuse(WAIT);
  mine.change([current], { label: suggestion.label, speaker: current.mine.speaker ?? suggestion.speaker ?? null }, origin);
  lastLabel = suggestion.label;
  move(1);
  say(`${words(suggestion.label)}, as suggested. ${left()}`);
}

function step(act) {
  panel.flush();
  const found = mine[act]();
  if (!found) return refuse(`Nothing to ${act}.`);
  if (typeof found === 'string') return refuse(`Wait a moment: ${found}.`);
  focus(found[0]);
  say(`${words(act)}: ${found.length > 1 ? found.length + ' sentences' : found.length ? describe(found[0].mine) : 'its sentence is gone'}. ${left()}`);
}

function restAsNone() {
  const rest = sentences.filter((s) => !s.mine.label && !s.isCutting);
  mine.change(rest, { label: 'none' }, 'pointer');
  say(`${rest.length} sentences are marked as none. Undo takes it back.`);
  $('sign-off').focus();
}

function startCut() {
  if (current.isCutting) return refuse(WAIT);
  if (isUnsaved(current)) return refuse(UNSAVED);
  panel.close(); // on a phone it lies above the text
  waitFor(() => cut.start(current));
}

function openFind() {
  if (cut?.s) cut.stop({ leave: false });
  $('find').hidden = false;
  $('find').elements.q.focus();
  $('find').elements.q.select();
  load(() => find.search());
}

function join() {
  const next = sentences[current.index + 1];
  if (next?.el.parentNode !== current.el.parentNode) return refuse('There is no sentence behind it in this block.');
  if (current.isCutting || next.isCutting) return refuse(WAIT);
  panel.flush();
  if (isUnsaved(current) || isUnsaved(next)) return refuse(UNSAVED);
  if (mine.isOnItsWay(next)) return refuse('A change of the next sentence is still on its way: try again in a moment.');
  mine.bound(current, null);
}

function signOff() {
  panel.flush();
  if (mine.nUntagged) {
    $('rest').hidden = false;
    $('rest').querySelector('button').focus();
    return say(`${left()} Go to the first, or mark them as none.`);
  }
  complaint = null;
  showProblem();
  send({ method: 'POST', path: '/sign-off', kind: 'sign-off' });
  showProgress();
}

/** To the sign-off, which its button does; from there to the next document. */
function done() {
  if ('done' in $('sign-off').dataset) return isAnythingOpen() ? say('Still saving: try again in a moment.') : $('next').click();
  if (mine.nUntagged) return signOff();
  $('sign-off').focus();
  say('Every sentence is tagged: Enter signs off.');
}

function signedOff() {
  $('sign-off').dataset.done = '';
  say('Signed off.');
  // Decisions and other people's labels may show only now. Unfinished typing stays.
  if (isAnythingOpen()) return;
  leaving = true;
  location.reload();
}

function notSignedOff({ n }, { message, fields }) {
  const [start] = fields?.untagged ?? [];
  focus(mine.at(start));
  outbox.drop(n);
  complain(message);
}

const areDraftsKept = () => outbox.isSafe && panel.drafts;

const isAnythingLost = () => outbox.unsent.length > 0 || panel.isTyping || sentences.some((s) => s.problem || (isUnsaved(s) && !areDraftsKept()));

const isAnythingOpen = () => outbox.unsent.length > 0 || panel.isTyping || sentences.some(isUnsaved);

// ---- keys and pointer ----

const extend = { extend: true };
const ACTS = {
  j: ({ shiftKey, key }) => move(1, shiftKey && key !== '+' ? extend : {}), // many keyboards have the plus above another
  k: ({ shiftKey }) => move(-1, shiftKey ? extend : {}),
  Home: () => focus(sentences[0]),
  End: () => focus(sentences.at(-1)),
  g: goToUntagged,
  r: () => (lastLabel ? tag(lastLabel, 'key') : refuse('No label to repeat yet.')),
  s: () => takeSuggestion(),
  u: ({ shiftKey }) => step(shiftKey ? 'redo' : 'undo'),
  d: done,
  x: startCut,
  w: join,
  v: () => waitFor(() => panel.open('verification')),
  a: () => panel.open('speaker'),
  m: () => panel.open('note'),
  o: () => waitFor(() => panel.open('comment')),
  Enter: () => panel.open('speaker'),
  Escape: () => {
    $('rest').hidden = true;
    if ($('quick').hidden) focus(current);
    else closeQuick();
  },
  i: () => load(() => guide.open()),
  l: () => waitFor(() => extras.goToDesk()),
  '/': openFind,
  '?': () => $('keys').showModal(),
};
let held = ''; // the key that is down since it was pressed in the text
const SAME = { ArrowDown: 'j', ArrowUp: 'k', '+': 'j', '-': 'k', '.': 'r' };

const usual = (key) => OWN[key] ?? key;

/** Single keys can be switched off; then they work on a focused sentence only. */
const isListening = (el) => $('keys-on').checked || Boolean(el.closest('#article'));

function onKey(event) {
  const { target } = event;
  const key = latin(event, OWN);
  if (!event.repeat) held = isField(target) ? '' : key;
  if (event.isComposing || document.querySelector('dialog[open]')) return;
  if (key === 'Escape' && target.closest('#panel')) return panel.close();
  if (isField(target)) {
    if (event.repeat && key === held) event.preventDefault(); // it was pressed to come here, not to type or send
    return;
  }
  if (isWaiting) {
    event.preventDefault();
    return refuse('One moment: this part of the page is still on its way.');
  }
  if (event.ctrlKey || event.metaKey) {
    if (event.altKey || key.toLowerCase() !== 'z') return;
    event.preventDefault();
    return step(event.shiftKey ? 'redo' : 'undo');
  }
  if (event.altKey || !isListening(target)) return;
  const isControl = target.closest('button, a, summary');
  if (isControl && key.length > 1 && key !== 'Escape') return;
  const name = SAME[key] ?? (key.length === 1 ? usual(key.toLowerCase()) : key);
  if (cut?.s) {
    if (event.repeat && !/^(Arrow.*|[hjkl])$/.test(name)) return event.preventDefault();
    if (cut.press(key.length === 1 ? name : key)) event.preventDefault();
    return;
  }
  const act = LABELS[name] ? () => tag(LABELS[name], 'key') : ACTS[name];
  if (!act) return;
  event.preventDefault();
  if (event.repeat && !['j', 'k'].includes(name)) return; // a key held down too long is one act
  act(event);
}

function onClick(event) {
  const el = event.target.closest('[data-end]');
  const s = sentences.find((each) => each.el === el);
  if (!s) return;
  if (cut?.s === s) return cut.point(event.clientX, event.clientY);
  focus(s, { scroll: false, extend: event.shiftKey });
  if (event.pointerType === 'touch') placeQuick();
}

function listen() {
  document.addEventListener('keydown', onKey);
  $('article').addEventListener('click', onClick);
  $('article').addEventListener('mousedown', (event) => event.shiftKey && event.preventDefault()); // would select text
  $('article').addEventListener('focusin', ({ target }) => {
    const s = sentences.find(({ el }) => el === target);
    if (s && s !== current && !anchor) focus(s, { take: false, scroll: false });
  });
  for (const button of document.querySelectorAll('[data-tag]')) {
    // A pointer goes back to the text; the keyboard stays on the button that was pressed.
    button.addEventListener('click', (event) => tag(button.dataset.tag, 'pointer', { take: event.detail > 0 }));
  }
  const clicks = {
    undo: () => step('undo'),
    redo: () => step('redo'),
    retry: () => {
      focus(current); // the button goes
      outbox.retry();
    },
    'sign-off': signOff,
    'show-keys': () => $('keys').showModal(),
    'show-panel': () => panel.toggle(),
    'show-find': openFind,
    'keep-mine': () => choose('keepMine'),
    'take-theirs': () => choose('takeTheirs'),
    'take-suggestion': () => takeSuggestion('pointer'),
    'start-cut': startCut,
    'close-quick': closeQuick,
    join,
  };
  for (const [id, act] of Object.entries(clicks)) $(id).addEventListener('click', act);
  for (const each of document.querySelectorAll('[data-rest]')) each.addEventListener('click', each.dataset.rest === 'none' ? restAsNone : () => focus(nextUntagged(-1)));
  $('again').addEventListener('submit', (event) => {
    event.preventDefault();
    load(() => extras.comeBack(event.target, signedIn));
  });
  $('find').addEventListener('submit', (event) => event.preventDefault());
  addEventListener('hashchange', goToAddress);
  addEventListener('beforeunload', (event) => {
    panel.flush();
    if (!leaving && isAnythingLost()) event.preventDefault();
  });
  addEventListener('resize', () => $('quick').hidden || placeQuick());
}

function signedIn() {
  outbox.signedIn();
  focus(current);
}

const goToAddress = () => focus(sentences.find(({ el }) => `#${el.id}` === location.hash));

/** Do something with what comes later: at once, or when it has come. */
function load(act) {
  if (find) return act?.(panel);
  loaded ??= import('./later.js').then(({ later }) => {
    const { Cut, Find, Guide, Typed } = later;
    extras = later;
    find = new Find($('find'), { sentences, leave: back, focus: (s) => focus(s, { take: false }) });
    cut = new Cut($('cut'), { say, leave: back, cut: (s, at) => mine.bound(s, at) });
    guide = new Guide($('guidelines'), say);
    panel.add(later, new Typed(() => HERE));
    showSaving();
  }).finally(() => { isWaiting = false; });
  return loaded.then(() => act?.(panel), () => {
    loaded = null;
    if (act) say('No connection: this comes when there is one.');
  });
}

/** The same, and nothing else happens until it has come. */
function waitFor(act) {
  isWaiting = !find;
  load(act);
}

/** A page made while changes were on their way lacks them: take what is stored now. */
async function catchUp() {
  const { ok, data } = await request('GET', api);
  for (const json of ok ? data.sentences : []) {
    const s = mine.at(json.start);
    if (s?.end === json.end) mine.absorb(s, json);
  }
  if (current) changed(current);
}

async function start() {
  const isOld = outbox.mayBeNewer;
  const ready = outbox.ready.then(() => isOld && catchUp()).then(() => true);
  const isReady = (isOld || outbox.mayHold) && await Promise.race([ready, new Promise((resolve) => { setTimeout(resolve, PATIENCE); })]);
  makeList($('article'), sentences);
  for (const id of ['panel', 'bar', 'end']) $(id).hidden = false;
  $('keys-on').checked = localStorage.getItem(KEYS_SETTING) !== 'off';
  $('keys-on').addEventListener('change', (event) => localStorage.setItem(KEYS_SETTING, event.target.checked ? 'on' : 'off'));
  focus(sentences[0], { take: false, scroll: false });
  listen();
  if (isReady) showWaiting();
  focus(nextUntagged(-1) ?? sentences[0], { take: false });
  goToAddress();
  showProgress();
  showProblem();
  showSaving();
  load();
  await ready;
  if (!isReady) showWaiting();
  showSaving();
  Promise.resolve(load()).then(() => panel.drafts?.restore({ find: ({ doc, start }) => (doc === HERE ? mine.at(start) ?? null : undefined), outbox, takers: extras.takersOf(panel), done: () => changed(current) }));
  if (outbox.unsent.length) outbox.retry();
}

if (sentences.length) start();
