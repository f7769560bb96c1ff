/** What a key does on the pages that have keys of their own beside those of the workbench. */
import { latin } from './keys.js';

/**
 * The usual name of a key. One that somebody chose for what is only done at the workbench keeps its meaning here;
 * one chosen for what is done here too goes before the page's own.
 *
 * @param own what keys mean that are not as usual
 * @param shared the usual keys of what is done here and at the workbench
 */
export function meaning(event, own, shared) {
  const key = latin(event, own);
  if (key.length > 1) return key;
  const name = key.toLowerCase();
  const usual = own[name] ?? name;
  return shared.includes(usual) || shared.includes(name) ? usual : name;
}
