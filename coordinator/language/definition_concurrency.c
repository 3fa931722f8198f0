/* definition_concurrency.c - `concurrency`: which sagas of a definition exclude each other. */
#include "language/definition_concurrency.h"

#include "base/mp.h"
#include "language/definition_draft.h"
#include "language/template_compile.h"
#include "reading/reading_keys.h"
#include "reading/reading_values.h"

struct concurrency_keys {
    struct span key, limit, on_conflict;
};

static const struct key concurrency_keys[] = {
    READING_KEY(concurrency_keys, key),
    READING_KEY(concurrency_keys, limit),
    READING_KEY(concurrency_keys, on_conflict),
};
static const struct key_table table = {"concurrency", concurrency_keys,
                                       ARRAY_COUNT(concurrency_keys)};

/* The key is filled in when a saga is started: there is only the input then, and what started the
 * saga. */
static void read_key(struct compile *c, struct span value)
{
    struct template_view view = {.step = -1, .is_early = true, .has_event = c->listens};
    if (value.size == 0) {
        reading_error(&c->reading, "needs the key 'key': what the sagas must have in common");
        return;
    }
    if (mp_type(value) != MP_STR) {
        (void)reading_refuse(&c->reading, "key", value, "text such as $.input.account");
        return;
    }
    PRE(c->definition->concurrency.limit > 0);
    struct place place = reading_enter_key(&c->reading, "key");
    c->definition->concurrency.key = template_compile(c, value, &view);
    reading_leave(&c->reading, place);
}

void definition_concurrency_read(struct compile *c, struct span value)
{
    static const char *const words[] = {"queue", "reject", NULL};
    struct concurrency_keys keys = {0};
    struct concurrency *concurrency = &c->definition->concurrency;
    uint32_t word = 0;
    if (value.size == 0) {
        return;
    }
    struct place place = reading_enter_key(&c->reading, "concurrency");
    if (reading_keys(&c->reading, value, &table, &keys)) {
        concurrency->limit = 1;
        read_key(c, keys.key);
        if (reading_count(&c->reading, "limit", keys.limit, &concurrency->limit) &&
            concurrency->limit == 0) {
            (void)reading_refuse(&c->reading, "limit", keys.limit, "a whole number from 1");
        }
        (void)reading_choice(&c->reading, "on_conflict", keys.on_conflict, words, &word);
        concurrency->rejects = word == 1;
        IMPLIES(c->reading.error_count == 0, concurrency->limit > 0);
    }
    reading_leave(&c->reading, place);
}
