/**
 * What is typed into a verification or a decision and not sent yet, from one visit to the next.
 *
 * A draft says which version it was made on, so that whoever comes back to it sees what was stored meanwhile.
 */
import { keepDraft, readDrafts } from './drafts.js';
import { clip, words } from './sentences.js';

const placeOf = (kind, doc, start) => [kind, doc, start].join(' ');

export class Typed {
  /** @param docOf tells the address of a sentence's article */
  constructor(docOf) {
    this.docOf = docOf;
  }

  /** Keep a sentence's draft as it is now, or forget it once there is none or it is on its way. */
  keep(kind, s) {
    const { sending, conflict, fields, message, ...draft } = s.drafts[kind] ?? {};
    const doc = this.docOf(s);
    const isThere = s.drafts[kind] && !sending;
    return keepDraft(placeOf(kind, doc, s.start), isThere ? { kind, doc, start: s.start, end: s.end, about: clip(s.text), draft, at: Date.now() } : null);
  }

  /**
   * Offer what was typed at earlier visits again.
   *
   * @param find tells the sentence of a draft: null if it is gone, undefined if it is none of this page
   * @param takers show a draft, by its kind; one that answers false has no place for it
   */
  async restore({ find, outbox, takers, done }) {
    const orphans = [];
    for (const [place, each] of await readDrafts()) {
      const s = each.draft ? find(each) : undefined;
      if (s === undefined) continue;
      const { n, ...typed } = each.draft;
      const draft = { ...typed, at: each.at, ...(outbox.mine.some((change) => change.n === n) && { n }) };
      if (s?.end !== each.end || takers[each.kind](s, draft) === false) orphans.push({ ...each, place });
    }
    showOrphans(orphans);
    done();
  }
}

/** Tell what was typed about sentences that are not there any more. */
function showOrphans(list) {
  const box = document.getElementById('notices');
  for (const each of list) {
    const line = document.createElement('p');
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'plain', textContent: 'Discard it' });
    button.addEventListener('click', () => {
      keepDraft(each.place, null);
      line.remove();
    });
    line.append(`You typed a ${each.kind} of “${each.about}” and did not send it; it cannot be stored there any more. Yours was: ${inWords(each.draft)} `, button);
    box.after(line);
    line.className = 'notice';
  }
}

function inWords({ record, label, speaker, reason }) {
  const { evidence = [], status, ...axes } = record ?? { label, speaker };
  const found = evidence.map((one) => one.title ?? one.url ?? one.reference);
  return [...[status, ...Object.values(axes)].map(words), ...found, reason].filter(Boolean).join(', ') + '.';
}
