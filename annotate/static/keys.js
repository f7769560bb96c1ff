/** What a key means to the pages that are worked by single keys. */

export const isField = (el) => el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName);

/**
 * What a key means where it writes other letters or digits than Latin ones: what a Latin keyboard has there.
 *
 * @param own what keys mean that are not as usual
 */
export function latin({ key, code }, own) {
  if (key.toLowerCase() in own || !/^(?![\0-\x7f]|\p{Script=Latin})[\p{L}\p{N}]$/u.test(key)) return key;
  return /^(?:Key|Digit)(.)$/.exec(code)?.[1].toLowerCase() ?? key;
}

export const KEYS_SETTING = 'annotate.single-keys';

export const LABELS = { c: 'claim', q: 'quote', b: 'boilerplate', n: 'none', 1: 'claim', 2: 'quote', 3: 'boilerplate', 4: 'none' };
