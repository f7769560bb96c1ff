/** What every page says of unsent work: whose it is, where it waits, and whether it is safe. */

const changes = (n) => `${n} unsent ${n === 1 ? 'change' : 'changes'}`;
const WHY = { offline: 'No connection', session: 'Your session ended', stranger: 'Somebody else is signed in', waiting: 'The server asks to wait' };

/** The way back in, and from there to this page. */
function wayIn({ why }) {
  if (why !== 'session') return [];
  const href = `${document.querySelector('.brand').pathname}login?next=${encodeURIComponent(location.pathname + location.search)}`;
  return [' ', Object.assign(document.createElement('a'), { href, textContent: 'Sign in' })];
}

/**
 * @param here the address of the page, if it says itself what is unsent
 * @param isTold says it itself that a change was refused?
 */
export function showNotices(outbox, here = '', isTold = ({ doc }) => doc === here) {
  const lines = [];
  if (!outbox.isSafe) lines.push(['This browser keeps nothing for us: changes that are not sent yet are lost when this page is closed.']);
  for (const [who, n] of Object.entries(outbox.strangers)) {
    lines.push([`${who} has ${changes(n)} here. ${n === 1 ? 'It is' : 'They are'} sent when ${who} signs in with this browser.`]);
  }
  const { length } = outbox.unsent;
  if (!here && length) lines.push([`You have ${changes(length)} here. ${WHY[outbox.why] ? WHY[outbox.why] + '.' : 'Sending…'}`, ...wayIn(outbox)]);
  for (const { n, doc, about, body, refused } of outbox.mine.filter((change) => change.refused && !isTold(change))) {
    const open = Object.assign(document.createElement('a'), { href: doc, textContent: 'Look at it' });
    const drop = Object.assign(document.createElement('button'), { className: 'plain', textContent: 'Discard mine', onclick: () => outbox.drop(n) });
    const what = [body?.label ?? body?.status ?? body?.text?.slice(0, 80), about && `“${about}”`].filter(Boolean).join(' for ');
    lines.push([`Not stored: ${what || 'a change of yours'}. ${refused.message} `, open, ' ', drop]);
  }
  const box = document.getElementById('notices');
  const text = lines.map((parts) => parts.map((part) => part.textContent ?? part).join('')).join('\n');
  if (box.textContent === text.replaceAll('\n', '')) return;
  box.replaceChildren(...lines.map((parts) => {
    const line = document.createElement('p');
    line.append(...parts);
    return line;
  }));
}

