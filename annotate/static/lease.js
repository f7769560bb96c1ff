/** Say that I am at work here, and tell who else is: as soon as the page can be used. */
import { request } from './api.js';

const { dataset: bench } = document.getElementById('workbench');

async function takeLease() {
  const { ok, data } = await request('POST', bench.api + '/lease');
  if (!ok) return; // it steers the queue only
  const others = document.getElementById('others');
  others.querySelector('span').textContent = data.others_at_work.join(', ');
  others.hidden = !data.others_at_work.length;
}

export const leasing = 'lease' in bench ? takeLease() : null;
