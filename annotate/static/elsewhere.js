/** On all pages but the workbench: send what waits, and say what does. */
import { showNotices } from './notices.js';
import { Outbox } from './outbox.js';

const outbox = new Outbox({ report: () => showNotices(outbox) });
outbox.ready.then(() => {
  showNotices(outbox);
  if (outbox.unsent.length) outbox.retry();
});
