/** One request to the API, and who is signed in. Never throws: a network failure is an answer with status 0. */

const ANSWER_TIME = 20_000; // ms; after that the network counts as gone

export const meta = (name, page = document) => page.querySelector(`meta[name="${name}"]`);

export const me = meta('reviewer').content;

/** A fresh Idempotency-Key; randomUUID is missing on plain http beyond localhost. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export async function request(method, url, { body, version, key } = {}) {
  const headers = { Accept: 'application/json', 'X-CSRFToken': meta('csrf-token').content };
  if (body) headers['Content-Type'] = 'application/json';
  if (version !== undefined) headers['If-Match'] = `"${version}"`;
  if (key) headers['Idempotency-Key'] = key;
  try {
    const response = await fetch(url, { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(ANSWER_TIME) });
    const data = await response.json().catch(() => null);
    const part = { PUT: 'sentence', POST: 'document', DELETE: 'document' }[method];
    if (response.ok && !(part ? data?.[part] : data?.items ?? data?.sentences)) return lost('Something else answered for the server.');
    return {
      status: response.status,
      ok: response.ok,
      data,
      version: Number(response.headers.get('ETag')?.replaceAll('"', '')),
      error: data?.error ?? { message: `The server answered ${response.status}.` },
      retryAfter: Number(response.headers.get('Retry-After')) || 0,
    };
  } catch {
    return lost('No connection.');
  }
}

const lost = (message) => ({ status: 0, ok: false, error: { message } });

export const readPage = async (response) => new DOMParser().parseFromString(await response.text(), 'text/html');

/** Who a page of the server was made for, or null; its CSRF token is taken over if that is still the same person. */
export function recognise(page) {
  const name = meta('reviewer', page)?.content || null;
  if (name === me) meta('csrf-token').content = meta('csrf-token', page).content;
  return name;
}

/** Who is signed in now; null: nobody, or nobody knows. */
export const whoIsHere = () => fetch(location.href).then(readPage).then(recognise).catch(() => null);
