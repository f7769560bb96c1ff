"""The vocabularies, each spelled once."""

LABELS = ("claim", "quote", "boilerplate", "none")
CHECKABLE = ("claim", "quote")  # what a verification can be made on
ROLES = ("reviewer", "editor", "admin")
SCOPES = ("read", "write")
STATES = ("open", "in_dispute", "decided", "closed", "superseded", "withdrawn")
LISTED_STATES = ("open", "in_dispute", "decided", "closed", "superseded")  # withdrawn ones are hidden
PRIORITIES = ("urgent", "high", "normal", "low")  # in the order of the queue
BLOCKS = ("headline", "heading", "paragraph", "caption", "credit", "notice", "related")
DECIDED_BY = ("review", "agreement", "adjudication")
ORIGINS = ("key", "pointer", "api")
STATUSES = ("unchecked", "in_progress", "second_look", "settled")
VERDICTS = (
    "unverified",
    "verified",
    "mostly_true",
    "mixed",
    "mostly_false",
    "false",
    "misleading",
    "unverifiable",
)
ATTRIBUTIONS = ("unconfirmed", "confirmed", "secondhand", "misquoted", "out_of_context")
CORRECTED = (
    "status",
    "label",
    "verdict",
    "attribution",
    "rationale",
    "evidence",
)  # what a correction changes
CORRECTIONS = ("reopened", "corrected", "revised", "relabelled")
ORDERS = ("newest", "oldest")  # articles of a list, by when they were loaded
STANCES = ("supports", "refutes", "context")
RELATIONS = ("same", "contradicts")
WHYS = ("nothing_open", "with_others", "put_aside")  # there is no next document
MATCH_STATES = ("proposed", "confirmed", "rejected")
FORMATS = ("json", "jsonl", "claimreview")
FORMAT_VERSION = "annotate/1"
REASONS = (  # for what an editor decides, as they stand in the record; words of one's own may follow
    "The guidelines say so",
    "Misread",
    "Ambiguous sentence",
    "Wrong boundary",
    "Both possible",
)
# What the history tells of; of the document is also whatever is of no other kind.
ACT_KINDS = (
    "votes",
    "decisions",
    "verification",
    "boundaries",
    "comments",
    "matches",
    "document",
)
