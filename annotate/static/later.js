/** What the workbench loads as soon as it can be used: commenting, deciding, checking, cutting, finding, guidelines, and what is said elsewhere. */
import { asideOf, goToDesk, takersOf } from './aside.js';
import { Comments } from './comments.js';
import { Cut } from './cut.js';
import { DecisionForm } from './decision.js';
import { Find } from './find.js';
import { Guide } from './guide.js';
import { leasing } from './lease.js';
import { Elsewhere } from './matches.js';
import { showNotices } from './notices.js';
import { comeBack } from './session.js';
import { Typed } from './typed.js';
import { VerificationForm } from './verification.js';

export const later = { Comments, Cut, DecisionForm, Elsewhere, Find, Guide, Typed, VerificationForm, asideOf, comeBack, goToDesk, leasing, showNotices, takersOf };
