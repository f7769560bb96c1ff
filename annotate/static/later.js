/** What the workbench loads as soon as it can be used: checking, cutting and finding. */
import { Cut } from './cut.js';
import { Find } from './find.js';
import { VerificationForm } from './verification.js';

export const later = { Cut, Find, VerificationForm };
