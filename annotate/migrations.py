"""The layout of the database, one step a function; a step that has been released is never edited."""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("annotate")


@MIGRATIONS()
def m0001_foundation(db: Database) -> None:
    """People, documents, votes, decisions, verifications and the history of them all."""
    db.executescript(
        """
        CREATE TABLE reviewers (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL UNIQUE,           -- the name as people compare it
            role TEXT NOT NULL,
            password_hash TEXT,                      -- NULL: cannot sign in
            is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
            created_at TEXT NOT NULL
        ) STRICT;

        CREATE TABLE sessions (
            token_hash BLOB PRIMARY KEY,             -- the cookie alone holds the token
            reviewer_id INTEGER NOT NULL REFERENCES reviewers,
            created_at INTEGER NOT NULL,             -- seconds since 1970, as is seen_at
            seen_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sessions_of_reviewer ON sessions (reviewer_id);

        CREATE TABLE tokens (
            id INTEGER PRIMARY KEY,
            reviewer_id INTEGER NOT NULL REFERENCES reviewers,
            name TEXT NOT NULL,
            scope TEXT NOT NULL,
            token_hash BLOB NOT NULL UNIQUE,
            created_at TEXT NOT NULL,
            expires_at TEXT,
            revoked_at TEXT
        ) STRICT;
        CREATE UNIQUE INDEX tokens_in_use ON tokens (reviewer_id, name) WHERE revoked_at IS NULL;

        CREATE TABLE sign_in_failures (
            id INTEGER PRIMARY KEY,
            name_hash BLOB NOT NULL,                 -- people type passwords into the field for names
            address TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX sign_in_failures_by_name ON sign_in_failures (name_hash, at);
        CREATE INDEX sign_in_failures_by_address ON sign_in_failures (address, at);

        -- Small and often written; the text stands apart, so that a tag doesn't rewrite it.
        CREATE TABLE documents (
            number INTEGER PRIMARY KEY,              -- inside only; id is what everyone else sees
            id TEXT NOT NULL UNIQUE,
            key TEXT NOT NULL,
            revision INTEGER NOT NULL,
            collection TEXT NOT NULL,
            title TEXT NOT NULL,
            source TEXT,
            url TEXT,
            author TEXT,
            published_at TEXT,
            language TEXT,
            sha256 TEXT NOT NULL,                    -- of the text in UTF-8
            source_sha256 TEXT NOT NULL,             -- of the file's bytes
            segmenter TEXT NOT NULL,
            state TEXT NOT NULL,
            reviews_needed INTEGER NOT NULL CHECK (reviews_needed >= 1),
            n_sentences INTEGER NOT NULL,
            n_sign_offs INTEGER NOT NULL DEFAULT 0,
            n_decided INTEGER NOT NULL DEFAULT 0,
            n_in_dispute INTEGER NOT NULL DEFAULT 0,
            n_checkable INTEGER NOT NULL DEFAULT 0,  -- decided claims and quotes
            n_unchecked INTEGER NOT NULL DEFAULT 0,  -- of those, with status unchecked
            n_settled INTEGER NOT NULL DEFAULT 0,    -- of those, with status settled
            loaded_at TEXT NOT NULL,
            withdrawn_at TEXT,
            superseded_by INTEGER REFERENCES documents,
            last_event INTEGER NOT NULL,
            UNIQUE (key, revision)
        ) STRICT;
        CREATE INDEX documents_by_state ON documents (state, number);
        CREATE INDEX documents_by_collection ON documents (collection, number);

        CREATE TABLE texts (
            document INTEGER PRIMARY KEY REFERENCES documents,
            text TEXT NOT NULL,
            blocks TEXT NOT NULL                     -- JSON [[start, end, kind], …]
        ) STRICT;

        -- What never changes of a sentence; a mended boundary retires rows and adds new ones.
        CREATE TABLE sentences (
            id INTEGER PRIMARY KEY,
            document INTEGER NOT NULL REFERENCES documents,
            start INTEGER NOT NULL,                  -- code points of the document's text, half-open
            stop INTEGER NOT NULL,
            block TEXT NOT NULL,
            text TEXT NOT NULL,
            is_current INTEGER NOT NULL DEFAULT 1 CHECK (is_current IN (0, 1)),
            CHECK (0 <= start AND start < stop)
        ) STRICT;
        CREATE UNIQUE INDEX sentences_in_order ON sentences (document, start) WHERE is_current = 1;

        CREATE TABLE reviews (                       -- one reviewer's pass over one document
            document INTEGER NOT NULL REFERENCES documents,
            reviewer_id INTEGER NOT NULL REFERENCES reviewers,
            n_tagged INTEGER NOT NULL DEFAULT 0,
            acted_at INTEGER NOT NULL,               -- seconds since 1970; a lease is counted from it
            signed_off_at TEXT,
            PRIMARY KEY (document, reviewer_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX reviews_of_reviewer ON reviews (reviewer_id, document);

        CREATE TABLE annotations (
            sentence_id INTEGER NOT NULL REFERENCES sentences,
            reviewer_id INTEGER NOT NULL REFERENCES reviewers,
            label TEXT,                              -- NULL: no vote (a note alone, or taken back)
            speaker TEXT,
            note TEXT,
            origin TEXT NOT NULL,
            is_carried INTEGER NOT NULL DEFAULT 0 CHECK (is_carried IN (0, 1)),
            is_late INTEGER NOT NULL DEFAULT 0 CHECK (is_late IN (0, 1)),  -- came when it was settled
            version INTEGER NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (sentence_id, reviewer_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE decisions (
            sentence_id INTEGER PRIMARY KEY REFERENCES sentences,
            label TEXT,                              -- NULL: in dispute, or every vote was taken back
            speaker TEXT,
            decided_by TEXT,
            in_dispute INTEGER NOT NULL CHECK (in_dispute IN (0, 1)),
            editor_id INTEGER REFERENCES reviewers,
            reason TEXT,
            version INTEGER NOT NULL,
            at TEXT NOT NULL
        ) STRICT;

        CREATE TABLE verifications (
            sentence_id INTEGER PRIMARY KEY REFERENCES sentences,
            label TEXT NOT NULL,                     -- the label and the text that it was made on
            text TEXT NOT NULL,
            status TEXT NOT NULL,
            verdict TEXT NOT NULL,
            attribution TEXT,
            rationale TEXT,
            evidence TEXT NOT NULL,                  -- JSON list, in order; replaced whole with the record
            is_suspended INTEGER NOT NULL DEFAULT 0 CHECK (is_suspended IN (0, 1)),
            proposed_by INTEGER REFERENCES reviewers,
            checked_by INTEGER REFERENCES reviewers,
            version INTEGER NOT NULL,
            at TEXT NOT NULL
        ) STRICT;

        CREATE TABLE events (
            number INTEGER PRIMARY KEY,              -- never used twice, since no event is ever removed
            at TEXT NOT NULL,
            reviewer_id INTEGER REFERENCES reviewers,  -- NULL: the command line, or nobody yet signed in
            act TEXT NOT NULL,
            document INTEGER REFERENCES documents,
            sentence_id INTEGER REFERENCES sentences,
            was TEXT,                                -- JSON, the state before
            now TEXT                                 -- JSON, the state after
        ) STRICT;
        CREATE INDEX events_of_document ON events (document, number) WHERE document IS NOT NULL;
        CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
            BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
        CREATE TRIGGER events_are_never_rewritten  -- but their texts can be erased after a takedown
            BEFORE UPDATE OF number, at, reviewer_id, act, document, sentence_id ON events
            BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;

        CREATE TABLE answers (                       -- to writes that named an Idempotency-Key
            reviewer_id INTEGER NOT NULL REFERENCES reviewers,
            key TEXT NOT NULL,
            request_hash BLOB NOT NULL,              -- of method, path and body
            status INTEGER NOT NULL,
            etag TEXT,
            body BLOB NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (reviewer_id, key)
        ) STRICT;
        """
    )


@MIGRATIONS()
def m0002_search(db: Database) -> None:
    """Full-text indexes of sentences and of documents; see ``store/search.py``."""
    db.executescript(
        """
        -- What the indexes are made of, and compared with.
        CREATE VIEW searched_sentences AS
            SELECT s.id, s.document, s.text
            FROM sentences AS s JOIN documents AS d ON d.number = s.document
            WHERE s.is_current = 1 AND d.state NOT IN ('withdrawn', 'superseded');
        CREATE VIEW searched_documents AS
            SELECT d.number, d.title, t.text
            FROM documents AS d JOIN texts AS t ON t.document = d.number
            WHERE d.state NOT IN ('withdrawn', 'superseded');

        CREATE VIRTUAL TABLE sentence_search USING fts5 (
            text, content = 'searched_sentences', content_rowid = 'id',
            tokenize = 'unicode61 remove_diacritics 2'
        );
        CREATE VIRTUAL TABLE document_search USING fts5 (  -- for lists, without the places of words
            title, text, content = 'searched_documents', content_rowid = 'number', detail = none,
            tokenize = 'unicode61 remove_diacritics 2'
        );

        CREATE TABLE search_progress (               -- one row; documents after it are not indexed yet
            id INTEGER PRIMARY KEY CHECK (id = 1),
            reached INTEGER NOT NULL
        ) STRICT;
        INSERT INTO search_progress (id, reached) SELECT 1, coalesce(max(number), 0) FROM documents;
        INSERT INTO sentence_search (sentence_search) VALUES ('rebuild');
        INSERT INTO document_search (document_search) VALUES ('rebuild');
        """
    )


@MIGRATIONS()
def m0003_boundaries(db: Database) -> None:
    """Remember which sentences came of which when boundaries were mended, so that undo finds them."""
    db.executescript(
        """
        CREATE TABLE sentence_origins (
            sentence_id INTEGER NOT NULL REFERENCES sentences,
            came_of INTEGER NOT NULL REFERENCES sentences,  -- one that was split, or two that were merged
            PRIMARY KEY (sentence_id, came_of)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX sentences_retired ON sentences (document, start) WHERE is_current = 0;
        """
    )


@MIGRATIONS()
def m0004_revisions(db: Database) -> None:
    """Remember which sentence of the revision before each sentence is; see ``store/revisions.py``."""
    db.executescript(
        """
        ALTER TABLE sentences ADD COLUMN carried_from INTEGER REFERENCES sentences;
        CREATE UNIQUE INDEX sentences_carried ON sentences (carried_from) WHERE carried_from IS NOT NULL;
        """
    )


@MIGRATIONS()
def m0005_speakers(db: Database) -> None:
    """Find the names of speakers without reading all votes; only the few sentences with one are in there."""
    db.executescript(
        """
        CREATE INDEX annotations_speakers ON annotations (reviewer_id, speaker) WHERE speaker IS NOT NULL;
        CREATE INDEX decisions_speakers ON decisions (speaker) WHERE speaker IS NOT NULL;
        """
    )


@MIGRATIONS()
def m0006_keys(db: Database) -> None:
    """Let everybody choose their own keys: JSON {act: key} of those that differ; NULL where none does."""
    db.execute("ALTER TABLE reviewers ADD COLUMN own_keys TEXT")


@MIGRATIONS()
def m0007_collections(db: Database) -> None:
    """What is set for a collection, who may see it if not everybody, and which documents are blind."""
    db.executescript(
        """
        CREATE TABLE collections (                   -- only those for which something is set
            name TEXT PRIMARY KEY,
            is_limited INTEGER NOT NULL DEFAULT 0 CHECK (is_limited IN (0, 1)),
            reviews_needed INTEGER CHECK (reviews_needed >= 1),  -- NULL: the installation's setting
            guidelines TEXT                          -- Markdown
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE collection_people (             -- who sees a limited collection, beside the admins
            collection TEXT NOT NULL REFERENCES collections,
            reviewer_id INTEGER NOT NULL REFERENCES reviewers,
            PRIMARY KEY (collection, reviewer_id)
        ) STRICT, WITHOUT ROWID;

        CREATE VIEW people AS                        -- reviewers as the program sees them
            SELECT r.id, r.name, r.name_key, r.role, r.is_active, r.created_at, (
                SELECT json_group_array(c.name) FROM collections AS c
                WHERE c.is_limited = 1 AND r.role <> 'admin' AND NOT EXISTS (
                    SELECT 1 FROM collection_people AS p
                    WHERE p.collection = c.name AND p.reviewer_id = r.id)
            ) AS hidden                              -- JSON list of the collections that they may not see
            FROM reviewers AS r;

        -- The same as rules.is_blind; a test compares the two.
        ALTER TABLE documents ADD COLUMN is_blind INTEGER GENERATED ALWAYS AS (
            reviews_needed >= 2 AND n_sign_offs < reviews_needed
            -- IN would build a list for each row.
            AND (state = 'open' OR state = 'superseded' OR state = 'closed')
        ) VIRTUAL;
        """
    )


@MIGRATIONS()
def m0008_comments(db: Database) -> None:
    """What people say to each other about a sentence; see ``store/comments.py``."""
    db.executescript(
        """
        CREATE TABLE comments (
            id INTEGER PRIMARY KEY,                  -- tells their order, and never leaves the program
            document INTEGER NOT NULL REFERENCES documents,
            number INTEGER NOT NULL,                 -- drawn by lot: nobody counts others' in a blind review
            sentence_id INTEGER NOT NULL REFERENCES sentences,  -- as it was then, perhaps retired since
            reviewer_id INTEGER NOT NULL REFERENCES reviewers,
            text TEXT,                               -- NULL: taken back by its author
            at TEXT NOT NULL,
            resolved_by INTEGER REFERENCES reviewers,
            resolved_at TEXT,
            version INTEGER NOT NULL,
            UNIQUE (document, number)
        ) STRICT;
        """
    )


@MIGRATIONS()
def m0009_speaker_records(db: Database) -> None:
    """Who speaks, by all the spellings of a name; and what stands as said; see ``store/speakers.py``."""
    db.executescript(
        """
        CREATE TABLE speakers (
            number INTEGER PRIMARY KEY,              -- inside only; id is what everyone else sees
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            role TEXT,
            organisation TEXT,
            note TEXT,
            merged_into INTEGER REFERENCES speakers, -- NULL: stands for itself
            version INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX speakers_merged ON speakers (merged_into) WHERE merged_into IS NOT NULL;

        CREATE TABLE spellings (
            key TEXT PRIMARY KEY,                    -- the spelling as people compare it
            spelling TEXT NOT NULL,
            speaker INTEGER NOT NULL REFERENCES speakers  -- also of one that is merged: so it can be undone
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX spellings_of_speaker ON spellings (speaker);
        CREATE INDEX events_of_speakers ON events (number)
            WHERE act IN ('speaker_recorded', 'speakers_merged', 'speaker_split_off');

        -- What stands as said by somebody, for whoever may see the collection; of each article the newest
        -- revision that is not blind, as in an export.
        CREATE VIEW said AS
            SELECT c.speaker, c.label, s.id AS sentence_id, s.start, s.stop, s.text, d.number, d.id, d.key,
                d.title, d.published_at, d.collection,
                CASE WHEN c.label IN ('claim', 'quote') THEN coalesce(v.status, 'unchecked') END AS status,
                CASE WHEN c.label IN ('claim', 'quote') THEN coalesce(v.verdict, 'unverified') END AS verdict,
                CASE WHEN c.label = 'quote' THEN coalesce(v.attribution, 'unconfirmed') END AS attribution
            FROM decisions AS c
            JOIN sentences AS s ON s.id = c.sentence_id AND s.is_current = 1
            JOIN documents AS d ON d.number = s.document AND d.state <> 'withdrawn' AND d.is_blind = 0
            LEFT JOIN verifications AS v ON v.sentence_id = s.id AND v.is_suspended = 0
            WHERE c.speaker IS NOT NULL AND c.label IS NOT NULL
              AND (d.superseded_by IS NULL OR NOT EXISTS (
                  SELECT 1 FROM documents AS later
                  WHERE later.key = d.key AND later.revision > d.revision AND later.is_blind = 0
                    AND later.state <> 'withdrawn'));
        """
    )


@MIGRATIONS()
def m0010_disputes(db: Database) -> None:
    """Find the worst disputes, late dissent, and what editors decided last, without reading all decisions."""
    db.executescript(
        """
        ALTER TABLE decisions ADD COLUMN weight INTEGER NOT NULL DEFAULT 0;  -- as rules.dispute_weight has it
        ALTER TABLE decisions ADD COLUMN event INTEGER;  -- that an editor decided it with
        ALTER TABLE reviewers ADD COLUMN seen_decision INTEGER NOT NULL DEFAULT 0;  -- the last of those read

        UPDATE decisions SET weight = (
            SELECT 1000 * (1000 * (sum(n) - max(n)) / sum(n)) + min(sum(n), 999) FROM (
                SELECT count(*) AS n FROM annotations AS a
                WHERE a.sentence_id = decisions.sentence_id AND a.label IS NOT NULL GROUP BY a.label))
        WHERE in_dispute = 1;
        UPDATE decisions SET event = (
            SELECT max(e.number) FROM events AS e JOIN sentences AS s ON s.id = decisions.sentence_id
            WHERE e.document = s.document AND e.sentence_id = s.id AND e.act = 'adjudicated')
        WHERE decided_by = 'adjudication';
        UPDATE decisions SET event = 0 WHERE decided_by = 'adjudication' AND event IS NULL;

        CREATE INDEX decisions_in_dispute ON decisions (weight DESC, sentence_id) WHERE in_dispute = 1;
        CREATE INDEX decisions_adjudicated ON decisions (event DESC) WHERE decided_by = 'adjudication';
        CREATE INDEX annotations_late ON annotations (sentence_id) WHERE is_late = 1;
        """
    )


@MIGRATIONS()
def m0011_insights(db: Database) -> None:
    """Figures that are kept for pages, counted behind the work and never in its way; ``store/figures.py``."""
    db.executescript(
        """
        CREATE TABLE figures (                       -- totals of all documents of a collection
            name TEXT NOT NULL,
            what TEXT NOT NULL,                      -- for example a label, a day, a reviewer's id
            collection TEXT NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY (name, what, collection)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE document_figures (              -- what each document has added to them
            document INTEGER PRIMARY KEY REFERENCES documents,
            collection TEXT NOT NULL,
            figures TEXT NOT NULL                    -- JSON {"name what": n}
        ) STRICT;

        CREATE TABLE figures_waiting (               -- documents that have changed since
            document INTEGER PRIMARY KEY REFERENCES documents
        ) STRICT;
        INSERT INTO figures_waiting (document) SELECT number FROM documents;

        CREATE TABLE figures_progress (              -- one row
            id INTEGER PRIMARY KEY CHECK (id = 1),
            reached INTEGER NOT NULL,                -- the last event whose document has been noted
            votes_changed INTEGER NOT NULL           -- the event at which independent votes last changed
        ) STRICT;
        INSERT INTO figures_progress (id, reached, votes_changed)
            SELECT 1, coalesce(max(number), 0), 0 FROM events;
        """
    )


@MIGRATIONS()
def m0012_links(db: Database) -> None:
    """One-time links for who has no password, and when somebody was last here; see ``store/links.py``."""
    db.executescript(
        """
        CREATE TABLE links (
            reviewer_id INTEGER PRIMARY KEY REFERENCES reviewers,  -- one each: a new one replaces it
            secret_hash BLOB NOT NULL UNIQUE,        -- the address alone holds the secret
            expires_at INTEGER NOT NULL              -- seconds since 1970
        ) STRICT;

        -- Seconds since 1970; NULL: never yet. Sessions tell it only while they last.
        ALTER TABLE reviewers ADD COLUMN seen_at INTEGER;
        UPDATE reviewers SET seen_at = (
            SELECT max(seen_at) FROM sessions WHERE reviewer_id = reviewers.id);
        """
    )


@MIGRATIONS()
def m0013_queue(db: Database) -> None:
    """Leases, plans of documents, and what keeps a long queue quick; see ``store/queue.py``."""
    db.executescript(
        """
        CREATE TABLE leases (                        -- who has a document open; steers the queue only
            document INTEGER NOT NULL REFERENCES documents,
            reviewer_id INTEGER NOT NULL REFERENCES reviewers,
            acted_at INTEGER NOT NULL,               -- seconds since 1970; 0: given back
            aside_at INTEGER NOT NULL DEFAULT 0,     -- when it was given back
            PRIMARY KEY (document, reviewer_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX leases_of_reviewer ON leases (reviewer_id, document);

        CREATE TABLE assignments (
            document INTEGER NOT NULL REFERENCES documents,
            reviewer_id INTEGER NOT NULL REFERENCES reviewers,
            is_done INTEGER NOT NULL DEFAULT 0 CHECK (is_done IN (0, 1)),  -- they have signed it off
            PRIMARY KEY (document, reviewer_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX assignments_waiting ON assignments (reviewer_id, document) WHERE is_done = 0;
        CREATE INDEX assignments_of_reviewer ON assignments (reviewer_id, document);
        CREATE VIEW assigned AS                      -- whom it waits for: who is active, and may see it
            SELECT a.document, a.reviewer_id
            FROM assignments AS a
            CROSS JOIN reviewers AS r ON r.id = a.reviewer_id AND r.is_active = 1
            CROSS JOIN documents AS d ON d.number = a.document
            WHERE a.is_done = 0 AND (r.role = 'admin' OR NOT EXISTS (
                SELECT 1 FROM collections AS c
                WHERE c.name = d.collection AND c.is_limited = 1 AND NOT EXISTS (
                    SELECT 1 FROM collection_people AS p
                    WHERE p.collection = c.name AND p.reviewer_id = r.id)));

        ALTER TABLE documents ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal';
        ALTER TABLE documents ADD COLUMN plan_version INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE documents ADD COLUMN closed_reason TEXT;  -- NULL: it is not closed
        ALTER TABLE documents ADD COLUMN signers TEXT NOT NULL DEFAULT ',';  -- ids in order, such as ',3,17,'
        ALTER TABLE documents ADD COLUMN is_reserved INTEGER NOT NULL DEFAULT 0
            CHECK (is_reserved IN (0, 1));           -- as many are assigned as are still needed
        UPDATE documents SET signers = (
            SELECT ',' || group_concat(reviewer_id, ',') || ',' FROM (
                SELECT reviewer_id FROM reviews
                WHERE document = documents.number AND signed_off_at IS NOT NULL ORDER BY reviewer_id))
        WHERE n_sign_offs > 0 AND EXISTS (
            SELECT 1 FROM reviews WHERE document = documents.number AND signed_off_at IS NOT NULL);

        -- Those of one turn wait side by side: the same priority, as many reviews missing, the same people
        -- signed off. So whoever has signed thousands off passes over them turn by turn, not one by one.
        ALTER TABLE documents ADD COLUMN turn TEXT GENERATED ALWAYS AS (
            CASE WHEN state = 'open' THEN
                CASE priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END
                || printf('%04d', reviews_needed - n_sign_offs) || signers END
        ) VIRTUAL;
        CREATE INDEX documents_by_turn ON documents (turn, number, collection)
            WHERE turn IS NOT NULL AND is_reserved = 0;

        CREATE INDEX reviews_unfinished ON reviews (reviewer_id, document) WHERE signed_off_at IS NULL;
        CREATE VIEW at_work AS                       -- a tag is an act, too; one may be in here twice
            SELECT document, reviewer_id, acted_at FROM reviews WHERE signed_off_at IS NULL
            UNION ALL
            SELECT document, reviewer_id, acted_at FROM leases;

        -- Counts kept by triggers, so that no writer can forget them.
        CREATE TABLE desk_counts (
            collection TEXT NOT NULL,
            state TEXT NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY (collection, state)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE reviewer_counts (
            reviewer_id INTEGER NOT NULL REFERENCES reviewers,
            collection TEXT NOT NULL,
            state TEXT NOT NULL,                     -- of the documents
            n_signed_off INTEGER NOT NULL,           -- documents
            n_tagged INTEGER NOT NULL,               -- sentences
            PRIMARY KEY (reviewer_id, collection, state)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO desk_counts (collection, state, n)
            SELECT collection, state, count(*) FROM documents GROUP BY collection, state;
        INSERT INTO reviewer_counts (reviewer_id, collection, state, n_signed_off, n_tagged)
            SELECT v.reviewer_id, d.collection, d.state, count(v.signed_off_at), sum(v.n_tagged)
            FROM reviews AS v JOIN documents AS d ON d.number = v.document
            GROUP BY v.reviewer_id, d.collection, d.state;

        CREATE TRIGGER desk_counts_new AFTER INSERT ON documents BEGIN
            INSERT INTO desk_counts (collection, state, n) VALUES (NEW.collection, NEW.state, 1)
                ON CONFLICT (collection, state) DO UPDATE SET n = n + 1;
        END;
        CREATE TRIGGER desk_counts_moved AFTER UPDATE OF state ON documents WHEN NEW.state <> OLD.state BEGIN
            UPDATE desk_counts SET n = n - 1 WHERE collection = OLD.collection AND state = OLD.state;
            INSERT INTO desk_counts (collection, state, n) VALUES (NEW.collection, NEW.state, 1)
                ON CONFLICT (collection, state) DO UPDATE SET n = n + 1;
            INSERT INTO reviewer_counts (reviewer_id, collection, state, n_signed_off, n_tagged)
                SELECT reviewer_id, OLD.collection, OLD.state, -(signed_off_at IS NOT NULL), -n_tagged
                FROM reviews WHERE document = NEW.number
                ON CONFLICT (reviewer_id, collection, state) DO UPDATE SET
                    n_signed_off = n_signed_off + excluded.n_signed_off,
                    n_tagged = n_tagged + excluded.n_tagged;
            INSERT INTO reviewer_counts (reviewer_id, collection, state, n_signed_off, n_tagged)
                SELECT reviewer_id, NEW.collection, NEW.state, signed_off_at IS NOT NULL, n_tagged
                FROM reviews WHERE document = NEW.number
                ON CONFLICT (reviewer_id, collection, state) DO UPDATE SET
                    n_signed_off = n_signed_off + excluded.n_signed_off,
                    n_tagged = n_tagged + excluded.n_tagged;
        END;
        CREATE TRIGGER reviewer_counts_new AFTER INSERT ON reviews BEGIN
            INSERT INTO reviewer_counts (reviewer_id, collection, state, n_signed_off, n_tagged)
                SELECT NEW.reviewer_id, collection, state, NEW.signed_off_at IS NOT NULL, NEW.n_tagged
                FROM documents WHERE number = NEW.document
                ON CONFLICT (reviewer_id, collection, state) DO UPDATE SET
                    n_signed_off = n_signed_off + excluded.n_signed_off,
                    n_tagged = n_tagged + excluded.n_tagged;
        END;
        CREATE TRIGGER reviewer_counts_changed AFTER UPDATE OF n_tagged, signed_off_at ON reviews
        WHEN NEW.n_tagged <> OLD.n_tagged OR (NEW.signed_off_at IS NULL) <> (OLD.signed_off_at IS NULL) BEGIN
            INSERT INTO reviewer_counts (reviewer_id, collection, state, n_signed_off, n_tagged)
                SELECT NEW.reviewer_id, collection, state,
                    (NEW.signed_off_at IS NOT NULL) - (OLD.signed_off_at IS NOT NULL),
                    NEW.n_tagged - OLD.n_tagged
                FROM documents WHERE number = NEW.document
                ON CONFLICT (reviewer_id, collection, state) DO UPDATE SET
                    n_signed_off = n_signed_off + excluded.n_signed_off,
                    n_tagged = n_tagged + excluded.n_tagged;
        END;
        """
    )


@MIGRATIONS()
def m0014_desk(db: Database) -> None:
    """Who has a claim to check, what the desk lists, and which changes came after something was settled."""
    db.executescript(
        """
        CREATE TABLE assignments_to_check (          -- a row stays when it is given back: versions count on
            sentence_id INTEGER PRIMARY KEY REFERENCES sentences,
            reviewer_id INTEGER REFERENCES reviewers,  -- NULL: nobody has it
            assigned_by INTEGER REFERENCES reviewers,
            question TEXT,
            version INTEGER NOT NULL,
            at TEXT NOT NULL
        ) STRICT;
        CREATE INDEX assignments_to_check_of ON assignments_to_check (reviewer_id)
            WHERE reviewer_id IS NOT NULL;

        ALTER TABLE verifications
            ADD COLUMN was_settled INTEGER NOT NULL DEFAULT 0 CHECK (was_settled IN (0, 1));
        UPDATE verifications SET was_settled = 1
        WHERE status = 'settled' OR sentence_id IN (
            SELECT sentence_id FROM events WHERE act = 'verification_reopened');

        CREATE INDEX verifications_in_progress ON verifications (sentence_id) WHERE status = 'in_progress';
        CREATE INDEX verifications_suspended ON verifications (sentence_id) WHERE is_suspended = 1;
        CREATE INDEX verifications_verdict ON verifications (verdict) WHERE verdict <> 'unverified';
        CREATE INDEX verifications_proposed ON verifications (proposed_by) WHERE proposed_by IS NOT NULL;
        CREATE INDEX verifications_checked ON verifications (checked_by) WHERE checked_by IS NOT NULL;

        CREATE INDEX events_of_corrections ON events (document) WHERE act IN (
            'verification_reopened', 'verification_corrected', 'verification_carried',
            'verification_suspended', 'verification_resumed');

        -- Decided claims and quotes of documents in use that are not blind; of a closed one, which takes no
        -- change, what is settled. One that was set aside under another label counts as unchecked under this
        -- one. CROSS JOIN: document by document, in order.
        CREATE VIEW desk AS
            SELECT d.number, d.collection, d.loaded_at, d.n_checkable, d.n_unchecked, d.n_settled,
                s.id AS sentence_id, s.start, c.label, c.speaker,
                CASE WHEN v.is_suspended = 0 THEN v.status ELSE 'unchecked' END AS status,
                CASE WHEN v.is_suspended = 0 THEN v.verdict ELSE 'unverified' END AS verdict,
                v.proposed_by, v.checked_by, t.reviewer_id, coalesce(v.at, c.at) AS at
            FROM documents AS d
            CROSS JOIN sentences AS s ON s.document = d.number AND s.is_current = 1
            CROSS JOIN decisions AS c ON c.sentence_id = s.id AND c.label IN ('claim', 'quote')
            LEFT JOIN verifications AS v ON v.sentence_id = s.id
            LEFT JOIN assignments_to_check AS t ON t.sentence_id = s.id
            WHERE d.state <> 'withdrawn' AND d.state <> 'superseded'
              AND (d.state <> 'closed' OR (v.status = 'settled' AND v.is_suspended = 0))
              AND (d.reviews_needed = 1 OR d.is_blind = 0);
        """
    )


@MIGRATIONS()
def m0015_matches(db: Database) -> None:
    """Which sentences of two documents say the same, or contradict each other; see ``store/matches.py``."""
    db.executescript(
        """
        CREATE TABLE matches (
            first INTEGER NOT NULL REFERENCES sentences,   -- the smaller id
            second INTEGER NOT NULL REFERENCES sentences,
            relation TEXT,                           -- NULL: rejected, or taken back
            state TEXT,                              -- proposed, confirmed or rejected; NULL: taken back
            proposed_by INTEGER REFERENCES reviewers,
            confirmed_by INTEGER REFERENCES reviewers,
            version INTEGER NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (first, second),
            CHECK (first < second)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX matches_by_second ON matches (second, first);
        """
    )
