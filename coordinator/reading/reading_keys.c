/* reading_keys.c - the keys that a map of the document may have, as a table. */
#include "reading/reading_keys.h"

#include "base/mp.h"
#include "reading/reading.h"
#include "reading/reading_words.h"

static const struct key *find_key(const struct key_table *table, struct span name)
{
    for (uint32_t i = 0; i < table->count; i++) {
        if (span_is(name, table->keys[i].name)) {
            return &table->keys[i];
        }
    }
    return NULL;
}

static void report_unknown(struct reading *r, const struct key_table *table, struct span name)
{
    struct nearest nearest = reading_nearest(name);
    for (uint32_t i = 0; i < table->count; i++) {
        reading_nearest_try(&nearest, span_text(table->keys[i].name));
    }
    reading_error(r, "%s has no key '%s'%s", table->what, reading_quote(name).text,
                  reading_guess(&nearest).text);
}

bool reading_keys(struct reading *r, struct span value, const struct key_table *table, void *target)
{
    PRE(target != NULL);
    PRE(table->count > 0);
    if (mp_type(value) != MP_MAP) {
        reading_error(r, "%s must be a map of keys, not %s", table->what, reading_type_name(value));
        return false;
    }
    struct mp mp = mp_open(value);
    uint32_t count = mp_map(&mp);
    for (uint32_t i = 0; i < count; i++) {
        struct span name = mp_str(&mp);
        struct span item = mp_skip(&mp);
        const struct key *key = find_key(table, name);
        struct place place = reading_enter(r, name);
        if (!key) {
            report_unknown(r, table, name);
        } else {
            memcpy((uint8_t *)target + key->offset, &item, sizeof(item));
        }
        reading_leave(r, place);
    }
    return true;
}
