/** What is typed and not sent yet: kept in the browser, by account and place, until it is sent or discarded. */
import { me } from './api.js';
import { openStore } from './store.js';

const kept = openStore('annotate drafts');

/** What I have typed, by place. */
export async function readDrafts() {
  const all = await (await kept).edit(() => {});
  return new Map(all.filter(({ who }) => who === me).map(({ place, value }) => [place, value]));
}

/** @param value anything that can be stored; null forgets it */
export async function keepDraft(place, value) {
  const store = await kept;
  await store.edit((all) => {
    const old = all.find((each) => each.who === me && each.place === place);
    if (value === null) return { drop: old ? [old.n] : [] };
    return { put: [{ n: old?.n ?? (all.at(-1)?.n ?? 0) + 1, who: me, place, value }] };
  }).catch(() => {}); // a full disk: it stands in its field still
}
