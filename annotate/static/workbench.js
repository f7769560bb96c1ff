/** The workbench: keys, focus, progress and sign-off. What is tagged is in mine.js, the way to the server in outbox.js. */
import { Mine } from './mine.js';
import { Outbox } from './outbox.js';
import { Panel } from './panel.js';
import { isUnsaved, makeList, readSentences, words } from './sentences.js';

const $ = (id) => document.getElementById(id);
const { api, me, role } = $('workbench').dataset;
const TAGS = { c: 'claim', q: 'quote', b: 'boilerplate', n: 'none' };
const KEYS_SETTING = 'annotate.single-keys';
const calm = matchMedia('(prefers-reduced-motion: reduce)');

const sentences = readSentences($('article'), JSON.parse($('state').textContent));
let current = null;
let complaint = '';
let leaving = false;
const outbox = new Outbox(() => showSaving());
const mine = new Mine({ me, sentences, outbox, send, changed });
const panel = new Panel($('panel'), { isEditor: role !== 'reviewer', sentences, mine, send, say, showSaving, leave: () => focus(current) });

// ---- to the server and back ----

/** Queue a write; its answer brings the sentence and the counts of the document up to date. */
function send({ path, done, ...rest }) {
  outbox.add({
    ...rest,
    url: api + path,
    done(data) {
      if (rest.of) mine.absorb(rest.of, data.sentence);
      $('n-in-dispute').textContent = data.document.n_in_dispute;
      $('n-unchecked').textContent = data.document.n_unchecked;
      done?.(data);
      if (rest.of === current) panel.show(current);
    },
  });
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
  $('rest-none').hidden = $('first-untagged').hidden = !n;
  $('tagged').value = sentences.length - n;
  $('undo').disabled = !mine.canUndo;
  $('sign-off').textContent = n ? `Sign off (${n} left)` : isDone ? 'Signed off ✓' : 'Sign off';
  $('sign-off').disabled = !n && isDone;
}

const left = () => `${mine.nUntagged} left.`;

/** Saved, Saving or Not saved; spoken only when something went wrong and when it is well again. */
function showSaving() {
  const way = outbox.state;
  const n = way.n + mine.problems.length;
  const drafts = sentences.filter((s) => s.drafts.decision || s.drafts.verification).length;
  const state = way.why || mine.problems.length ? 'unsaved' : n ? 'saving' : drafts ? 'draft' : 'saved';
  const save = $('save');
  if (state === 'unsaved') save.ariaLive = 'polite';
  save.dataset.state = state;
  const text = { unsaved: `Not saved (${n})${way.why ? `. ${way.why}.` : ''}`, saving: 'Saving…', draft: 'Unsaved form', saved: 'Saved' }[state];
  if ($('save-text').textContent !== text) $('save-text').textContent = text;
  $('retry').hidden = !way.why;
  if (state === 'saved') setTimeout(() => { save.ariaLive = 'off'; }, 1000);
}

/** What the server did not take: one strip above the tools, one sentence at a time. */
function showProblem() {
  const [s] = mine.problems;
  const text = s ? explain(s) : complaint;
  $('problem').hidden = !text;
  if ($('problem-text').textContent === text) return;
  $('problem-text').textContent = text;
  $('keep-mine').hidden = $('take-theirs').hidden = !s;
  if (s) {
    const { stored, reload } = s.problem;
    $('keep-mine').textContent = stored ? 'Keep mine' : reload ? 'Reload the page' : 'Try again';
    $('take-theirs').textContent = stored ? 'Take theirs' : 'Discard mine';
  }
  say(text);
}

function explain(s) {
  const { stored, message } = s.problem;
  const start = `“${s.el.textContent.slice(0, 40).trim()}…”`;
  if (!stored) return `${start} is not saved as ${describe(s.mine)}. ${message}`;
  return `${start} was changed elsewhere. Stored now: ${describe(stored)}. Yours: ${describe(s.mine)}.`;
}

const clip = (text) => (text?.length > 60 ? `${text.slice(0, 60)}…` : text);
const describe = (a) => [words(a.label) || 'untagged', clip(a.speaker), clip(a.note)].filter(Boolean).join(', ');

function choose(act) {
  const [s] = mine.problems;
  if (act === 'keepMine' && s.problem.reload) return location.reload();
  mine[act](s);
  focus(s);
}

// ---- where I am ----

/** Make a sentence the current one. */
function focus(s, { take = true, scroll = true } = {}) {
  if (!s) return;
  if (s !== current) {
    if (current) {
      current.el.ariaSelected = null;
      current.el.tabIndex = -1;
    }
    current = s;
    s.el.tabIndex = 0;
    s.el.ariaSelected = 'true';
    showCurrent();
  }
  if (take) s.el.focus({ preventScroll: true });
  if (scroll) s.el.scrollIntoView({ block: 'nearest', behavior: calm.matches ? 'auto' : 'smooth' });
}

function showCurrent() {
  for (const button of document.querySelectorAll('[data-tag]')) button.ariaPressed = String(button.dataset.tag === current.mine.label);
  panel.show(current);
}

const move = (by, options) => focus(sentences[current.index + by], options);

const firstUntagged = () => sentences.find((s) => !s.mine.label);

function say(text) {
  $('announce').textContent = text;
}

// ---- what I do ----

function tag(label, origin, options) {
  const isLast = current.index === sentences.length - 1;
  mine.change([current], { label }, origin);
  move(1, options);
  say(`${words(label)}. ${left()}${isLast ? ' End of the article.' : ''}`);
}

function step(act) {
  const steps = mine[act]();
  if (!steps) return say(`Nothing to ${act}.`);
  focus(steps[0].s);
  say(`${words(act)}: ${steps.length > 1 ? `${steps.length} sentences` : describe(steps[0].s.mine)}. ${left()}`);
}

function restAsNone() {
  const rest = sentences.filter((s) => !s.mine.label);
  mine.change(rest, { label: 'none' }, 'pointer');
  say(`${rest.length} sentences are marked as none. Undo takes it back.`);
  $('sign-off').focus();
}

function signOff() {
  const next = firstUntagged();
  if (next) {
    focus(next);
    return say(left());
  }
  complaint = '';
  showProblem();
  $('sign-off').disabled = true;
  send({
    method: 'POST', path: '/sign-off', kind: 'sign-off',
    done() {
      $('sign-off').dataset.done = '';
      showProgress();
      say('Signed off.');
      // Decisions and other people's labels may show only now. Unfinished typing stays.
      if (!isAnythingOpen()) {
        leaving = true;
        location.reload();
      }
    },
    refused({ error }) {
      $('sign-off').disabled = false;
      const [start] = error.fields?.untagged ?? [];
      focus(sentences.find((s) => s.start === start));
      complaint = error.message;
      showProblem();
    },
  });
}

const isAnythingOpen = () => outbox.state.n > 0 || sentences.some(isUnsaved);

// ---- keys and pointer ----

const ACTS = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  u: (event) => step(event.shiftKey ? 'redo' : 'undo'),
  v: () => panel.open('verification'),
  a: () => panel.open('speaker'),
  m: () => panel.open('note'),
  Enter: () => panel.open('speaker'),
  '?': () => $('keys').showModal(),
};

const isField = (el) => el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName);

/** Single keys can be switched off; then they work on a focused sentence only. */
const isListening = (el) => $('keys-on').checked || Boolean(el.closest('#article'));

function onKey(event) {
  const { key, target } = event;
  if (event.isComposing || $('keys').open) return;
  if (key === 'Escape' && target.closest('#panel')) return panel.close();
  if (isField(target)) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.altKey || key.toLowerCase() !== 'z') return;
    event.preventDefault();
    return step(event.shiftKey ? 'redo' : 'undo');
  }
  if (event.altKey || !isListening(target)) return;
  const name = key.length === 1 ? key.toLowerCase() : key;
  const isControl = target.closest('button, a, summary');
  const act = TAGS[name] ? () => tag(TAGS[name], 'key') : ACTS[name];
  if (!act || (isControl && key.length > 1)) return;
  event.preventDefault();
  if (event.repeat && TAGS[name]) return; // a key held down too long is one tag
  act(event);
}

function listen() {
  document.addEventListener('keydown', onKey);
  $('article').addEventListener('focusin', (event) => {
    const s = sentences.find(({ el }) => el === event.target);
    if (s && s !== current) focus(s, { take: false, scroll: false });
  });
  for (const button of document.querySelectorAll('[data-tag]')) {
    // A pointer goes back to the text; the keyboard stays on the button that was pressed.
    button.addEventListener('click', (event) => tag(button.dataset.tag, 'pointer', { take: event.detail > 0 }));
  }
  const clicks = {
    undo: () => step('undo'),
    retry: () => outbox.retry(),
    'sign-off': signOff,
    'first-untagged': () => focus(firstUntagged()),
    'rest-none': restAsNone,
    'show-keys': () => $('keys').showModal(),
    'show-panel': () => panel.toggle(),
    'keep-mine': () => choose('keepMine'),
    'take-theirs': () => choose('takeTheirs'),
  };
  for (const [id, act] of Object.entries(clicks)) $(id).addEventListener('click', act);
  addEventListener('hashchange', goToAddress);
  addEventListener('beforeunload', (event) => {
    panel.flush();
    if (!leaving && isAnythingOpen()) event.preventDefault();
  });
}

const goToAddress = () => focus(sentences.find(({ el }) => `#${el.id}` === location.hash));

function start() {
  makeList($('article'), sentences);
  for (const id of ['panel', 'bar', 'end']) $(id).hidden = false;
  $('keys-on').checked = localStorage.getItem(KEYS_SETTING) !== 'off';
  $('keys-on').addEventListener('change', (event) => localStorage.setItem(KEYS_SETTING, event.target.checked ? 'on' : 'off'));
  listen();
  focus(firstUntagged() ?? sentences[0], { take: false });
  goToAddress();
  showProgress();
}

if (sentences.length) start();
