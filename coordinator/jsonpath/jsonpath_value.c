/* jsonpath_value.c - a JSON value, from text to msgpack, without recursion.
 *
 * Numbers, texts and words are the literals of JSONPath. An array or a map is packed behind a head
 * that is put before its elements when it ends: only then is their number known. */
#include "jsonpath/jsonpath_value.h"

#include "base/limits.h"
#include "jsonpath/jsonpath_literal.h"
#include "jsonpath/jsonpath_parser.h"

/* An array or a map that has begun. */
struct container {
    size_t begin;   /* of its elements, in `out` */
    uint32_t count; /* elements, or pairs */
    bool is_map;
};

struct reading_value {
    struct jsonpath_parser p;
    struct buf out;
    struct container open[MP_DEPTH_MAX];
    uint32_t depth;
};

static void refuse(struct reading_value *r, const char *sentence)
{
    jsonpath_parser_refuse(&r->p, r->p.at, sentence);
}

/* Refuses an integer that JavaScript cannot hold: the literal became a double, which is another
 * number. */
static void check_integer(struct reading_value *r, size_t first, struct span value)
{
    struct span text = {r->p.text.data + first, r->p.at - first};
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '.' || text.data[i] == 'e' || text.data[i] == 'E') {
            return;
        }
    }
    if (mp_type(value) == MP_DOUBLE) {
        jsonpath_parser_refuse(&r->p, first, "an integer beyond 2^53 must be a text");
    }
}

static void read_scalar(struct reading_value *r)
{
    struct span value = {NULL, 0};
    size_t first = r->p.at;
    int c = jsonpath_parser_peek(&r->p);
    if (c == '\'' || !jsonpath_literal_read(&r->p, &value)) {
        refuse(r, "a JSON value must stand here, such as 3, null or \"text\"");
    } else if (!jsonpath_parser_failed(&r->p)) {
        check_integer(r, first, value);
        buf_write(&r->out, value.data, value.size);
    }
}

static void open_container(struct reading_value *r, bool is_map)
{
    r->p.at++;
    if (r->depth == MP_DEPTH_MAX) {
        refuse(r, "arrays and objects are nested too deep");
        return;
    }
    r->open[r->depth++] = (struct container){.begin = r->out.size, .is_map = is_map};
}

/* Moves the elements up, and puts the head before them. */
static void close_container(struct reading_value *r)
{
    const struct container *closed = &r->open[--r->depth];
    uint8_t bytes[5];
    struct buf head = {.data = bytes, .capacity = sizeof(bytes), .size_max = sizeof(bytes)};
    size_t size = r->out.size - closed->begin;
    r->p.at++;
    if (closed->is_map) {
        mp_put_map(&head, closed->count);
    } else {
        mp_put_array(&head, closed->count);
    }
    CHECK(!buf_failed(&head));
    if (buf_reserve(&r->out, head.size)) {
        uint8_t *begin = r->out.data + closed->begin;
        memmove(begin + head.size, begin, size);
        memcpy(begin, bytes, head.size);
    }
}

/* In an array or a map: takes its end, or what stands before its next value. Is a value due now? */
static bool goes_on(struct reading_value *r)
{
    struct container *inner = &r->open[r->depth - 1];
    if (jsonpath_parser_peek(&r->p) == (inner->is_map ? '}' : ']')) {
        close_container(r);
        return false;
    }
    if (inner->count > 0 && !jsonpath_parser_takes(&r->p, ",")) {
        refuse(r, inner->is_map ? "',' or '}' must stand here" : "',' or ']' must stand here");
    }
    jsonpath_parser_blanks(&r->p);
    inner->count++;
    if (!inner->is_map) {
        return true;
    }
    if (jsonpath_parser_peek(&r->p) != '"') {
        refuse(r, "a name in double quotes must stand here");
        return false;
    }
    mp_put_str(&r->out, jsonpath_parser_string(&r->p));
    jsonpath_parser_blanks(&r->p);
    if (!jsonpath_parser_takes(&r->p, ":")) {
        refuse(r, "':' must stand here");
    }
    jsonpath_parser_blanks(&r->p);
    return true;
}

static void read_all(struct reading_value *r)
{
    do {
        jsonpath_parser_blanks(&r->p);
        if (r->depth > 0 && !goes_on(r)) {
            continue;
        }
        int c = jsonpath_parser_peek(&r->p);
        if (c == '[' || c == '{') {
            open_container(r, c == '{');
        } else {
            read_scalar(r);
        }
    } while (r->depth > 0 && !jsonpath_parser_failed(&r->p) && !buf_failed(&r->out));
}

enum saga_error jsonpath_value_read(struct span text, struct arena *arena, struct span *value,
                                    size_t *size, struct jsonpath_problem *problem)
{
    struct reading_value r = {.p = jsonpath_parser_open(text, arena)};
    bool ok = true;
    buf_open(&r.out, LIMIT_VALUE);
    read_all(&r);
    const char *why = NULL;
    enum saga_error rc = SAGA_OK;
    if (!jsonpath_parser_failed(&r.p) && !buf_failed(&r.out)) {
        /* That a key is there twice is no matter of grammar. */
        rc = mp_check(buf_span(&r.out), &why);
    }
    if (why) {
        jsonpath_parser_refuse(&r.p, 0, why);
    }
    *value = arena_copy(arena, buf_span(&r.out), &ok);
    *size = r.p.at;
    *problem = r.p.problem;
    if (r.p.no_memory || buf_failed(&r.out) || rc == SAGA_NO_MEMORY || !ok) {
        rc = SAGA_NO_MEMORY;
    } else {
        rc = r.p.problem.sentence ? SAGA_INVALID : SAGA_OK;
    }
    buf_close(&r.out);
    return rc;
}
