/* test_peers_vectors_list.c - the wire's vectors leave out no message and no key.
 *
 * schemas/wire/vectors.json against schemas/messages.def: each key of each message that comes in
 * has its bad vectors, and each message has one that is good.
 *
 * Seen to fail with: a vector taken out of the file, a key added to messages.def. */
#include "wire_vectors.h"

enum direction { PARTICIPANT, CLIENT, COORDINATOR, PART };

#define WIRE_KEY(name, text) static const char *const key_##name = text;
#include "schemas/messages.def"

#define WIRE_MESSAGE(name, text, direction)  {direction, text, NULL, NULL, NULL},
#define WIRE_FIELD(message, key, type, need) {PART, NULL, key_##key, #type, #need},
struct wire_row {
    enum direction direction;
    const char *message; /* NULL: a key of the message above */
    const char *key;
    const char *type;
    const char *need;
};

static const struct wire_row *rows_of(size_t *count)
{
    static struct wire_row rows[256];
    const struct wire_row all[] = {
#include "schemas/messages.def"
    };
    cr_assert_leq(ARRAY_COUNT(all), ARRAY_COUNT(rows));
    memcpy(rows, all, sizeof(all));
    *count = ARRAY_COUNT(all);
    return rows;
}

/* Is there a vector "<message><between><key><after>"? */
static bool has_vector(const char *message, const char *between, const char *key, const char *after)
{
    char name[NAME_MAX_SIZE];
    snprintf(name, sizeof(name), "%s%s%s%s", message, between, key, after);
    for (uint32_t i = 0; i < count_of(buf_span(&file)); i++) {
        if (says_so(mp_at(buf_span(&file), i), "name", name)) {
            return true;
        }
    }
    return false;
}

/* One that is taken, or one that leaves. */
static bool has_message(const struct wire_row *row)
{
    for (uint32_t i = 0; i < count_of(buf_span(&file)); i++) {
        struct span vector = mp_at(buf_span(&file), i);
        bool comes_in = says_so(vector, "to", "coordinator");
        bool is_bad =
            span_is(text_of(find(mp_at(find(vector, "answers"), 0), "code")), "bad_message");
        if (says_so(find(vector, "message"), "type", row->message) && !is_bad &&
            comes_in == (row->direction != COORDINATOR)) {
            return true;
        }
    }
    return false;
}

Test(peers_vectors, every_message_and_every_key_has_its_vectors, .init = load, .fini = unload)
{
    size_t count = 0;
    const struct wire_row *rows = rows_of(&count);
    char message[32] = "";
    enum direction direction = PART;
    for (size_t i = 0; i < count; i++) {
        const struct wire_row *row = &rows[i];
        if (row->message) {
            direction = row->direction;
            snprintf(message, sizeof(message), "%s%s", direction == PART ? "in " : "",
                     row->message);
            cr_assert(direction == PART || has_message(row), "%s", message);
            continue;
        }
        if (direction == COORDINATOR) {
            continue;
        }
        bool is_typed = strcmp(row->type, "ANY") != 0;
        bool is_required = strcmp(row->need, "REQUIRED") == 0;
        bool is_number = strcmp(row->type, "UINT") == 0;
        const struct {
            bool is_due;
            const char *between;
            const char *after;
        } wanted[] = {
            {is_required, " without ", ""},
            {is_required && is_typed, ", nil for ", ""},
            {is_typed, ", the wrong type for ", ""},
            {is_number, ", ", " below 0"},
        };
        for (size_t k = 0; k < ARRAY_COUNT(wanted); k++) {
            cr_assert(!wanted[k].is_due ||
                          has_vector(message, wanted[k].between, row->key, wanted[k].after),
                      "there is no vector: %s%s%s%s", message, wanted[k].between, row->key,
                      wanted[k].after);
        }
    }
}
