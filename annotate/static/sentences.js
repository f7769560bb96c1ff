/** The sentences of the page: what is known of each, and how it shows. */

const UNCHECKED = { status: 'unchecked', verdict: 'unverified', rationale: null, suspended: false, evidence: [], version: 0 };

export const words = (term) => (term ? term[0].toUpperCase() + term.slice(1).replaceAll('_', ' ') : '');

export const clip = (text, n = 60) => (text?.length > n ? `${text.slice(0, n).trim()}…` : text);

export const isCheckable = (label) => label === 'claim' || label === 'quote';

/** How many code points: what offsets count, where a string of JavaScript counts UTF-16 units. */
export const length = (text) => [...text].length;

/** Read what the server rendered: data attributes, and the data block for whatever is beyond them. */
export function readSentences(article, known) {
  return [...article.querySelectorAll('[data-end]')].map((el, index) => {
    const start = Number(el.id.slice(1));
    const { end, l = null, v = 0, d, dv = 0 } = el.dataset;
    const more = known[start] ?? {};
    const decision = d === undefined ? null : {
      label: d === 'dispute' ? null : d || null,
      speaker: more.decided_speaker ?? null,
      decided_by: more.decided_by ?? 'review',
      in_dispute: d === 'dispute',
      version: Number(dv),
    };
    const mine = { label: l, speaker: more.speaker ?? null, note: more.note ?? null };
    return {
      el, index, start, decision, mine,
      end: Number(end),
      text: el.textContent,
      stored: mine,
      version: Number(v),
      others: more.others ?? [],
      adjudication: more.adjudication ?? null,
      verification: more.verification ?? unchecked(decision?.label),
      lateDissent: more.late_dissent ?? false,
      comments: more.comments ?? [],
      assignment: more.assignment ?? null,
      madeOn: more.made_on ?? null,
      corrections: more.corrections ?? [],
      suggestion: more.suggestion ?? null,
      cuts: more.cuts ?? [],
      drafts: {},
    };
  });
}

export function unchecked(label) {
  return isCheckable(label) ? { ...UNCHECKED, attribution: label === 'quote' ? 'unconfirmed' : null } : null;
}

/** Take over the server's word; my own annotation only if nothing of mine is still on its way. */
export function absorb(s, json, me, mineToo) {
  const mine = json.annotations.find((a) => a.reviewer === me);
  s.version = json.version ?? mine?.version ?? 0;
  s.stored = myFields(mine);
  if (mineToo) s.mine = s.stored;
  s.others = json.annotations.filter((a) => a.reviewer !== me);
  s.decision = json.decision;
  s.adjudication = json.adjudication;
  s.verification = json.verification;
  s.lateDissent = json.late_dissent;
  s.comments = json.comments ?? [];
  s.assignment = json.assignment;
  s.madeOn = json.made_on;
  s.corrections = json.corrections ?? s.corrections;
  s.suggestion = json.suggestion ?? s.suggestion;
  paint(s);
}

export const myFields = (a) => ({ label: a?.label ?? null, speaker: a?.speaker ?? null, note: a?.note ?? null });

export const isUnsaved = (s) => Boolean(s.problem || s.drafts.decision || s.drafts.verification);

/** Show a sentence as it stands; the style sheet turns these attributes into letters, lines and words. */
export function paint(s) {
  const { decision: d, verification: v } = s;
  const checking = v && v.version && !v.suspended ? v.status : null;
  put(s.el, 'l', s.mine.label);
  put(s.el, 'd', d && (d.in_dispute ? 'dispute' : d.label));
  put(s.el, 'k', checking);
  put(s.el, 'r', checking === 'settled' ? words(v.attribution && v.verdict === 'unverified' ? v.attribution : v.verdict) : null);
  put(s.el, 'c', s.comments.filter((each) => !each.resolved_at).length || null);
  put(s.el, 'x', s.isCutting ? 'boundaries' : isUnsaved(s) ? 'unsaved' : null);
  put(s.el, 's', s.mine.label ? null : s.suggestion?.label);
}

function put(el, name, value) {
  if (value === null || value === undefined) delete el.dataset[name];
  else if (el.dataset[name] !== String(value)) el.dataset[name] = value;
}

/**
 * Make the article one list of options: Tab enters it once, and screen readers hand the keys to the page.
 * Its blocks become groups that say what they are.
 */
export function makeList(article, sentences) {
  for (const block of article.children) {
    const group = document.createElement('span');
    group.role = 'group';
    group.ariaLabel = words(block.className);
    block.role = 'none';
    group.append(...block.childNodes);
    block.append(group);
  }
  article.role = 'listbox';
  article.ariaLabel = 'Sentences';
  article.ariaMultiSelectable = 'true';
  for (const { el } of sentences) makeOption(el);
}

function makeOption(el) {
  el.role = 'option';
  el.tabIndex = -1;
}

/** Put the sentences that the server names in the place of those that they overlap; those with the same span stay. */
export function replace(sentences, news, me) {
  const [from, to] = [news[0].start, news.at(-1).end];
  const old = sentences.filter((s) => s.start < to && s.end > from);
  const fresh = news.map((json) => old.find((s) => s.start === json.start && s.end === json.end) ?? make(json));
  for (const s of old.filter((each) => !fresh.includes(each))) handOn(s, fresh.find(({ end }) => end > s.start) ?? fresh.at(-1));
  const place = document.createTextNode('');
  old[0].el.before(place);
  for (const { el } of old) {
    if (el !== old[0].el && el.previousSibling?.nodeType === Node.TEXT_NODE) el.previousSibling.remove();
    el.remove();
  }
  place.after(...fresh.flatMap(({ el }, i) => (i ? [' ', el] : [el])));
  place.remove();
  sentences.splice(old[0].index, old.length, ...fresh);
  sentences.forEach((s, index) => { s.index = index; });
  const places = old.flatMap((s) => [s.start, ...s.cuts]); // where one was joined, one may be cut again
  for (const [i, s] of fresh.entries()) {
    s.cuts = places.filter((at) => at > s.start && at < s.end);
    absorb(s, news[i], me, !s.problem);
  }
}

/** What is typed about a sentence, and what was refused, goes with its beginning. */
function handOn(s, to) {
  to.drafts = { ...s.drafts, ...to.drafts };
  if (s.problem && to.start === s.start) Object.assign(to, { mine: s.mine, problem: s.problem });
}

function make({ start, end, text }) {
  const el = Object.assign(document.createElement('span'), { id: `s${start}`, textContent: text });
  el.dataset.end = end;
  makeOption(el);
  return { el, start, end, text, others: [], comments: [], suggestion: null, drafts: {}, corrections: [] };
}
