/* facts.c - positions, times and tails, read once.
 *
 * What is written behind (decision 0010) is brought up to date: saga.last_lsn is right as far as
 * heads_lsn goes, and each later row is read to know the newest row of its saga. */
#include "store/facts.h"

#include "journal/record.h"

static enum saga_error get_meta(struct writer *writer, const char *key, int64_t *value)
{
    PRE(!writer->is_running);
    db_bind_text(writer->statements[WRITE_GET_META], 1, span_text(key));
    return db_step_number(writer->statements[WRITE_GET_META], value);
}

/* In a store that had no facets before, each row from now on has its facets beside it: the last row
 * without facets is written down, once. */
static enum saga_error begin_facets(struct writer *writer, int64_t last_lsn, uint64_t *facets_lsn)
{
    static const char key[] = "facets_lsn";
    int64_t number = 0;
    PRE(last_lsn >= 0);
    db_bind_text(writer->statements[WRITE_MAKE_META], 1, span_text(key));
    db_bind_number(writer->statements[WRITE_MAKE_META], 2, last_lsn);
    enum saga_error rc = db_step(writer->statements[WRITE_MAKE_META]);
    if (rc == SAGA_OK) {
        rc = get_meta(writer, key, &number);
    }
    *facets_lsn = (uint64_t)number;
    return rc;
}

/* Numbers that the database holds, each read by one query. */
struct numbers {
    int64_t heads_lsn;
    int64_t inbox_last;
    int64_t inbox_offered;
    int64_t last_lsn;
    int64_t last_saga;
    int64_t inbox_count;
    /* When the newest saga started; tells whether the clock was set back since. */
    int64_t started_ms;
};

static enum saga_error read_metas(struct writer *writer, struct numbers *numbers)
{
    const struct {
        const char *key;
        int64_t *number;
    } metas[] = {
        {"heads_lsn", &numbers->heads_lsn},
        {"inbox_last", &numbers->inbox_last},
        {"inbox_offered", &numbers->inbox_offered},
    };
    enum saga_error rc = SAGA_OK;
    for (size_t at = 0; at < ARRAY_COUNT(metas) && rc == SAGA_OK; at++) {
        rc = get_meta(writer, metas[at].key, metas[at].number);
    }
    IMPLIES(rc == SAGA_OK, numbers->heads_lsn >= 0);
    return rc;
}

static enum saga_error read_numbers(struct writer *writer, struct numbers *numbers)
{
    const struct {
        enum writer_query query;
        int64_t *number;
    } questions[] = {
        {WRITE_LAST_EVENT, &numbers->last_lsn},
        {WRITE_LAST_SAGA, &numbers->last_saga},
        {WRITE_COUNT_INBOX, &numbers->inbox_count},
    };
    enum saga_error rc = read_metas(writer, numbers);
    for (size_t at = 0; at < ARRAY_COUNT(questions) && rc == SAGA_OK; at++) {
        rc = db_step_number(writer->statements[questions[at].query], questions[at].number);
    }
    if (rc == SAGA_OK && numbers->last_saga > 0) {
        db_bind_number(writer->statements[WRITE_SAGA_STARTED], 1, numbers->last_saga);
        rc = db_step_number(writer->statements[WRITE_SAGA_STARTED], &numbers->started_ms);
    }
    IMPLIES(rc == SAGA_OK, numbers->inbox_count >= 0);
    return rc;
}

/* When the newest row was decided, and what is known of the clock by which it was. */
static enum saga_error read_clock(struct writer *writer, struct store_facts *facts)
{
    PRE(facts->last.at_ms == 0);
    sqlite3_stmt *body = writer->statements[WRITE_LAST_BODY];
    sqlite3_stmt *clock = writer->statements[WRITE_CLOCK];
    enum saga_error rc = SAGA_OK;
    if (db_next(body, &rc)) {
        bool ok = record_moment(db_span(body, 0), &facts->last);
        /* A body that cannot be read is no error here: recovery will say that its saga cannot be
         * read. */
        MAYBE(ok);
        db_end(body);
    }
    if (rc != SAGA_OK || !db_next(clock, &rc)) {
        return rc;
    }
    struct span boot = db_span(clock, 0);
    if (boot.size < sizeof(facts->clock.boot)) {
        memcpy(facts->clock.boot, boot.data, boot.size);
        facts->clock.offset_ms = sqlite3_column_int64(clock, 1);
    }
    db_end(clock);
    return rc;
}

static enum saga_error read_minted(struct writer *writer, struct store_facts *facts)
{
    PRE(facts->minted_size == 0);
    sqlite3_stmt *minted = writer->statements[WRITE_LAST_MINTED];
    enum saga_error rc = SAGA_OK;
    if (!db_next(minted, &rc)) {
        return rc;
    }
    struct span text = db_span(minted, 0);
    if (text.size == 0 || text.size > sizeof(facts->minted)) {
        rc = SAGA_STORE_CORRUPT;
    } else {
        memcpy(facts->minted, text.data, text.size);
        facts->minted_size = text.size;
    }
    db_end(minted);
    return rc;
}

/* Fills the tails (tails.h) again from the rows after heads_lsn. An lsn may be missing among these
 * rows only where an operator accepted a loss. */
static enum saga_error read_tails(struct writer *writer)
{
    PRE(!writer->is_running);
    sqlite3_stmt *events = writer->statements[WRITE_EVENTS_AFTER];
    uint64_t before = writer->heads_lsn;
    enum saga_error rc = SAGA_OK;
    db_bind_number(events, 1, (int64_t)writer->heads_lsn);
    while (db_next(events, &rc)) {
        uint64_t lsn = (uint64_t)sqlite3_column_int64(events, 0);
        uint64_t saga = (uint64_t)sqlite3_column_int64(events, 1);
        bool is_sound = saga > 0 && (lsn == before + 1 || writer->options.accept_loss);
        rc = is_sound ? tails_reserve(&writer->tails, 1) : SAGA_STORE_CORRUPT;
        if (rc == SAGA_OK) {
            tails_set(&writer->tails, saga, lsn);
        }
        before = lsn;
    }
    IMPLIES(rc == SAGA_OK, before == writer->last_lsn);
    return rc;
}

enum saga_error facts_read(struct writer *writer, struct store_facts *facts)
{
    PRE(writer->db != NULL);
    struct numbers numbers = {0};
    enum saga_error rc = read_numbers(writer, &numbers);
    if (rc != SAGA_OK) {
        return rc;
    }
    atomic_store(&writer->inbox_count, (unsigned long long)numbers.inbox_count);
    writer->last_lsn = (uint64_t)numbers.last_lsn;
    writer->heads_lsn = (uint64_t)numbers.heads_lsn;
    if (writer->heads_lsn > writer->last_lsn) {
        CHECK(writer->options.accept_loss);
        writer->heads_lsn = writer->last_lsn;
    }
    writer->started_ms = numbers.started_ms;
    *facts = (struct store_facts){.last_lsn = writer->last_lsn,
                                  .last_saga = (uint64_t)numbers.last_saga,
                                  .inbox_last = (uint64_t)numbers.inbox_last,
                                  .inbox_offered = (uint64_t)numbers.inbox_offered};
    rc = begin_facets(writer, numbers.last_lsn, &facts->facets_lsn);
    if (rc == SAGA_OK) {
        rc = read_clock(writer, facts);
    }
    if (rc == SAGA_OK) {
        rc = read_minted(writer, facts);
    }
    return rc == SAGA_OK ? read_tails(writer) : rc;
}
