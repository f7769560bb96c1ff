/** What the workbench loads as soon as it can be used: commenting, checking, cutting, finding, guidelines, and what is said elsewhere. */
import { asideOf, goToDesk, takersOf } from './aside.js';
import { Comments } from './comments.js';
import { Cut } from './cut.js';
import { Find } from './find.js';
import { Guide } from './guide.js';
import { leasing } from './lease.js';
import { Elsewhere } from './matches.js';
import { Typed } from './typed.js';
import { VerificationForm } from './verification.js';

export const later = { Comments, Cut, Elsewhere, Find, Guide, Typed, VerificationForm, asideOf, goToDesk, leasing, takersOf };
