/** The verification desk: go through the list by keyboard, take one, hand it over, record what was found beside it. */
import { me } from './api.js';
import { KEYS_SETTING, isField } from './keys.js';
import { showNotices } from './notices.js';
import { Outbox } from './outbox.js';
import { meaning } from './own.js';
import { clip, isCheckable, words } from './sentences.js';
import { Typed } from './typed.js';
import { VerificationForm, checkedSoFar } from './verification.js';

const $ = (id) => document.getElementById(id);
const DESK = 'annotate.desk'; // where to come back to from an article
const { root = '/', role, keys = '{}' } = $('desk')?.dataset ?? {};
const OWN = JSON.parse(keys); // what keys mean that are not as usual: the usual key, or nothing
const calm = matchMedia('(prefers-reduced-motion: reduce)');

const outbox = new Outbox({ report, settled });
const checks = JSON.parse($('state')?.textContent ?? '[]').map(readCheck);
const drafts = new Typed(({ doc }) => doc);
const host = { isEditor: role !== 'reviewer', outbox, send, say, showSaving: () => {}, paint: paintRow, drafts, leave: () => focus(current) };
const form = checks.length ? new VerificationForm($('verify'), host) : null;
let current = null;

function readCheck(json) {
  return {
    el: $(`c-${json.document}-${json.start}`), doc: `${root}documents/${json.document}`, drafts: {},
    title: json.title || json.key, before: json.before, after: json.after,
    ...known(json), decision: json.decision,
  };
}

/** What the list and an answer to a write tell alike. */
function known({ start, end, text, verification, assignment, late_dissent: lateDissent, made_on: madeOn }) {
  return { start, end, text, verification, assignment, lateDissent, madeOn };
}

// ---- to the server and back ----

function send({ path, ...change }, instead, s) {
  const url = `${root}api/v1/documents/${s.doc.split('/').pop()}${path}`;
  return outbox.add({ doc: s.doc, url, chain: [change.kind, s.doc, s.start].join(' '), about: clip(s.text), ...change }, instead);
}

function settled(change, answer) {
  const s = checks.find(({ doc, start }) => doc === change.doc && start === change.start);
  if (!s) return;
  if (answer.ok && answer.data.sentence?.start === s.start) {
    const { status } = s.verification;
    Object.assign(s, known(answer.data.sentence), { decision: answer.data.sentence.decision });
    count(status, s.verification);
  }
  const kept = outbox.mine.find(({ n, refused }) => refused && n === change.n) ?? change;
  if (change.kind === 'verification') form.settled(s, { ...kept, n: answer.ok ? undefined : kept.n }, answer);
  if (change.kind === 'assignee') assigned(s, kept, answer);
  paintRow(s);
  if (s === current) showRecord();
}

/** Move one from the count of its status to that of another. */
function count(was, { status, suspended }) {
  const now = suspended ? 'suspended' : status;
  for (const [name, by] of [[was, -1], [now, 1]]) {
    const el = document.querySelector(`.tabs [data-status="${name}"] b`);
    const n = el?.textContent.replaceAll(',', '');
    if (was !== now && /^\d+$/.test(n)) el.textContent = (Number(n) + by).toLocaleString('en');
  }
}

function assigned(s, { n }, { ok, error }) {
  if (ok) return say(s.assignment?.reviewer ? `It is with ${s.assignment.reviewer} now.` : 'It is given back.');
  if (error.current) s.assignment = error.current;
  outbox.drop(n);
  s.refused = error.message;
  say(error.message);
}

function report() {
  showNotices(outbox);
  for (const s of checks) paintRow(s);
}

// ---- what is shown ----

const isUnsent = ({ doc, start }) => outbox.unsent.some((change) => change.doc === doc && change.start === start);

/** Tell in the list how a sentence stands. */
function paintRow(s) {
  const { verification: v, assignment: a } = s;
  const draft = s.drafts.verification;
  const found = [v.attribution !== 'unconfirmed' && v.attribution, v.verdict !== 'unverified' && v.verdict].filter(Boolean).map(words);
  const who = [a?.reviewer && `with ${a.reviewer}`, v.proposed_by && `found by ${v.proposed_by}`, v.checked_by && `checked by ${v.checked_by}`].filter(Boolean);
  const unsent = draft?.conflict ? '✎ Changed elsewhere: choose' : draft && !draft.sending ? '✎ Draft, not saved' : isUnsent(s) ? '… Saving' : '';
  tell(s, { status: v.suspended ? 'Suspended' : words(v.status), result: found.join(' · '), who: who.join(', '), draft: unsent });
}

function tell({ el }, texts) {
  for (const [name, text] of Object.entries(texts)) {
    const field = el.querySelector(`[data-told="${name}"]`);
    if (field.textContent !== text) field.textContent = text;
    field.hidden = !text;
  }
}

function showRecord() {
  const s = current;
  $('record').hidden = false;
  $('choose-one').hidden = true;
  $('of').textContent = s.title;
  $('excerpt').replaceChildren(part('span', s.before), part('b', s.text), part('span', s.after));
  $('checked').textContent = checkedSoFar(s);
  const { assignment: a } = s;
  const asks = a?.question ? `${a.by} asks: “${a.question}”` : '';
  $('assigned').hidden = !a?.reviewer;
  $('assigned').textContent = a?.reviewer ? [`${a.reviewer === me ? 'You have' : a.reviewer + ' has'} this to check${a.by === a.reviewer ? '' : ', from ' + a.by}.`, asks].filter(Boolean).join(' ') : '';
  $('take').firstElementChild.textContent = a?.reviewer === me ? 'Give it back' : a?.reviewer ? `Take it from ${a.reviewer}` : 'Take it';
  for (const id of ['take', 'show-hand']) $(id).disabled = s.verification.status === 'settled' || s.verification.suspended;
  $('to-article').href = `${s.doc}#s${s.start}`;
  $('refused').hidden = !s.refused;
  $('refused').textContent = s.refused ?? '';
  form.show(s);
}

const part = (tag, text) => Object.assign(document.createElement(tag), { textContent: text ? `${text} ` : '' });

function say(text) {
  $('announce').textContent = text;
}

/** Make a sentence the current one. */
function focus(s, { take = true, scroll = true, still = false } = {}) {
  if (!s) return;
  if (s !== current) {
    if (current) current.refused = '';
    current?.el.removeAttribute('aria-current');
    current = s;
    s.el.setAttribute('aria-current', 'true');
    showRecord();
    const here = `${location.pathname}${location.search}#${s.el.id}`;
    if (scroll) history.replaceState(null, '', here);
    sessionStorage.setItem(DESK, here);
  }
  if (take) s.el.querySelector('.sentence').focus({ preventScroll: true });
  if (scroll && !still) s.el.scrollIntoView({ block: 'nearest', behavior: calm.matches ? 'auto' : 'smooth' });
}

function openRecord(part) {
  if (!current) return;
  $('panel').toggleAttribute('data-open', true);
  if ($('verify').hidden) return say(checkedSoFar(current));
  if (part === 'evidence') return form.addEvidence();
  const { status } = $('verify').elements;
  if (status.disabled) $('of').focus();
  else status.focus();
}

function close() {
  $('panel').toggleAttribute('data-open', false);
  focus(current);
}

// ---- what I do ----

const move = (by) => focus(current ? checks[checks.indexOf(current) + by] : checks[0]);

function assign(s, reviewer, question) {
  s.refused = '';
  send({
    kind: 'assignee', method: 'PUT', path: `/sentences/${s.start}/assignee`, start: s.start, version: s.assignment?.version ?? 0,
    body: { end: s.end, reviewer, ...(question && { question }) },
  }, [], s);
}

function take() {
  if (!current || $('take').disabled) return say('There is nothing to take: it is settled, or set aside.');
  assign(current, current.assignment?.reviewer === me ? null : me);
}

function askWhom() {
  if (!current || $('show-hand').disabled) return say('There is nothing to hand over: it is settled, or set aside.');
  const { elements } = $('hand').querySelector('form');
  $('hand').querySelector('.excerpt').textContent = current.text;
  elements.second.checked = current.verification.status !== 'unchecked' || Boolean(current.drafts.verification);
  $('hand').showModal();
  elements.reviewer.focus();
}

function handOver() {
  const { returnValue } = $('hand');
  const { reviewer, question, second } = $('hand').querySelector('form').elements;
  $('hand').returnValue = '';
  if (returnValue !== 'hand' || !reviewer.value) return focus(current);
  if (second.checked && (current.verification.status !== 'second_look' || current.drafts.verification)) form.passOn(current, 'second_look');
  assign(current, reviewer.value, question.value.trim());
  question.value = '';
  focus(current);
}

const ACTS = {
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  Home: () => focus(checks[0]),
  End: () => focus(checks.at(-1)),
  Enter: () => openRecord(),
  t: take,
  h: askWhom,
  e: () => openRecord('evidence'),
  o: () => current && location.assign($('to-article').href),
  Escape: close,
  '?': () => $('keys').showModal(),
};

function onKey(event) {
  const { target, key } = event;
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  if (key === 'Escape' && target.closest('#panel')) return close();
  const isHere = Boolean(target.closest('#checks'));
  if (isField(target) || (key.length > 1 && !isHere) || (target.closest('a:not(.sentence)') && key === 'Enter')) return;
  if (localStorage.getItem(KEYS_SETTING) === 'off' && !isHere) return;
  const name = meaning(event, OWN, 'jk?');
  if (!ACTS[name] || (event.repeat && !/^(j|k|Arrow.*)$/.test(name))) return;
  event.preventDefault();
  ACTS[name]();
}

function onClick(event) {
  const s = checks.find(({ el }) => el.contains(event.target));
  if (!s || event.target.closest('[data-article]')) return s && focus(s, { take: false });
  if (event.target.closest('.sentence')) event.preventDefault();
  focus(s);
  $('panel').toggleAttribute('data-open', true);
}

/** The sentence that the address names, as when one comes back from its article. */
const named = () => checks.find(({ el }) => `#${el.id}` === location.hash);

function listen() {
  document.addEventListener('keydown', onKey);
  $('checks').addEventListener('click', onClick);
  $('checks').addEventListener('focusin', ({ target }) => {
    // A pointer that is down must find the sentence where it is: else there is no click.
    if (target.matches('.sentence')) focus(checks.find(({ el }) => el.contains(target)), { take: false, still: !target.matches(':focus-visible') });
  });
  $('hand').addEventListener('close', handOver);
  const clicks = { take, 'show-hand': askWhom, 'show-keys': () => $('keys').showModal(), 'close-panel': close };
  for (const [id, act] of Object.entries(clicks)) $(id).addEventListener('click', act);
  addEventListener('beforeunload', (event) => {
    if (!outbox.isSafe && checks.some((s) => s.drafts.verification)) event.preventDefault();
  });
}

/** What waits since an earlier visit, and what was typed and not sent. */
function showWaiting() {
  for (const change of outbox.mine.filter(({ kind }) => kind === 'verification')) {
    const s = checks.find(({ doc, start }) => doc === change.doc && start === change.start);
    if (s) change.refused ? form.settled(s, change, { error: change.refused, status: change.refused.status }) : form.waits(s, change);
  }
  const find = ({ kind, doc, start }) => (kind === 'verification' ? checks.find((s) => s.doc === doc && s.start === start) : undefined);
  return drafts.restore({ find, outbox, takers: { verification: (s, draft) => isCheckable(s.decision.label) && form.restore(s, draft) }, done: () => current && showRecord() });
}

async function start() {
  if (checks.length) {
    $('panel').hidden = false;
    $('show-keys').hidden = false;
    listen();
    focus(named() ?? checks[0], { take: Boolean(named()), scroll: Boolean(named()) });
  }
  await outbox.ready;
  report();
  if (checks.length) await showWaiting();
  if (outbox.unsent.length) outbox.retry();
}

start();
