/** What the workbench loads as soon as it can be used: commenting, checking, cutting, finding and guidelines. */
import { Comments } from './comments.js';
import { Cut } from './cut.js';
import { Find } from './find.js';
import { Guide } from './guide.js';
import { leasing } from './lease.js';
import { VerificationForm } from './verification.js';

export const later = { Comments, Cut, Find, Guide, leasing, VerificationForm };
