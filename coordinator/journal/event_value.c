/* event_value.c - makes of an event the value that definitions see as $.event. */
#include "journal/event_value.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/time_text.h"
#include "journal/row.h"
#include "jsonpath/jsonpath_form.h"

static void put_time(struct buf *out, int64_t at_ms)
{
    char text[TIME_TEXT_SIZE];
    time_text(at_ms, text);
    mp_put_text(out, text);
}

bool event_source_is_own(struct span source)
{
    size_t size = sizeof(EVENT_SOURCE_PREFIX) - 1;
    PRE(source.size == 0 || source.data);
    return source.size >= size && memcmp(source.data, EVENT_SOURCE_PREFIX, size) == 0;
}

void event_value_put(struct buf *out, const struct inbox_row *row, bool has_data)
{
    PRE(row->name.size > 0);
    PRE(row->id.size > 0 && row->source.size > 0); /* together they identify the event */
    mp_put_map(out, 5u + (row->cause.size > 0 ? 1 : 0) + (has_data ? 1 : 0));
    mp_put_text(out, "name");
    mp_put_str(out, row->name);
    mp_put_text(out, "type");
    mp_put_str(out, row->name);
    mp_put_text(out, "id");
    mp_put_str(out, row->id);
    mp_put_text(out, "source");
    mp_put_str(out, row->source);
    mp_put_text(out, "time");
    put_time(out, row->at_ms);
    if (row->cause.size > 0) {
        mp_put_text(out, "saga");
        mp_put_str(out, row->cause);
    }
    if (has_data) {
        mp_put_text(out, "data");
        mp_put_value(out, row->data);
    }
}

int64_t event_value_hash(struct span value, struct buf *scratch)
{
    uint8_t digest[DIGEST_SIZE];
    int64_t hash = 0;
    buf_clear(scratch);
    if (value.size == 0 || json_canonical(value, scratch) != SAGA_OK) {
        return 0;
    }
    digest_pair(buf_span(scratch), (struct span){NULL, 0}, digest);
    memcpy(&hash, digest, sizeof(hash));
    return hash;
}

enum saga_error event_value_at(struct span event, struct span path, struct arena *arena,
                               struct span *value)
{
    PRE(path.size > 0);
    const struct jsonpath *compiled;
    struct jsonpath_problem problem;
    uint32_t count;
    *value = (struct span){NULL, 0};
    enum saga_error rc = jsonpath_compile(path, arena, &compiled, &problem);
    if (rc != SAGA_OK) {
        return rc == SAGA_NO_MEMORY ? rc : SAGA_STORE_CORRUPT;
    }
    const struct jsonpath_segment *first = jsonpath_parts(compiled, &count);
    if (!first || !jsonpath_is_singular(compiled)) {
        return SAGA_STORE_CORRUPT;
    }
    *value = jsonpath_follow(jsonpath_rest(first), event);
    POST(value->size <= event.size); /* the value is a part of the event */
    POST(value->size == 0 || value->data >= event.data);
    return SAGA_OK;
}
