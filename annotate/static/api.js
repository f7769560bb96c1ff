/** One request to the API. Never throws: a network failure is an answer with status 0. */

const PATIENCE = 20_000; // ms; after that the network counts as gone

const meta = (name, page = document) => page.querySelector(`meta[name="${name}"]`);

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
    const response = await fetch(url, { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE) });
    const data = await response.json().catch(() => null);
    if (response.ok && !data?.document) return { status: 0, ok: false, error: { message: 'Something else answered for the server.' } };
    return {
      status: response.status,
      ok: response.ok,
      data,
      error: data?.error ?? { message: `The server answered ${response.status}.` },
      retryAfter: Number(response.headers.get('Retry-After')) || 0,
    };
  } catch {
    return { status: 0, ok: false, error: { message: 'No connection.' } };
  }
}

/** Who is signed in now, or null; takes over the new sign-in's CSRF token if it is still the same person. */
export async function renewSession() {
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');
    const name = meta('reviewer', page)?.content || null;
    if (name === meta('reviewer').content) meta('csrf-token').content = meta('csrf-token', page).content;
    return name;
  } catch {
    return null;
  }
}
