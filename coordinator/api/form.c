/* form.c - JSON and msgpack behind one writer.
 *
 * msgpack wants the count before the entries, so maps and arrays are opened in their longest form
 * (map 32, array 32) and the count is patched in when they end. */
#include "api/form.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mp.h"

#define MICROS_PER_USD 1e6

void form_open(struct form *form, struct buf *out, enum form_kind kind)
{
    *form = (struct form){.out = out, .kind = kind, .depth = 1};
    form->levels[0].is_map = kind == FORM_WIRE;
    buf_open(&form->scratch, LIMIT_MESSAGE_OUT);
}

void form_close(struct form *form)
{
    PRE(form->depth == 1);
    buf_close(&form->scratch);
}

uint32_t form_count(const struct form *form)
{
    return form->levels[0].count;
}

static void write_text(struct form *form, struct span text)
{
    if (form->kind == FORM_WIRE) {
        mp_put_str(form->out, text);
        return;
    }
    buf_clear(&form->scratch);
    mp_put_str(&form->scratch, text);
    if (buf_failed(&form->scratch) ||
        json_from_mp(buf_span(&form->scratch), form->out, JSON_COMPACT_STYLE) != SAGA_OK) {
        form->out->failed = true;
    }
}

/* What stands before a value: the comma and the key. */
static void begin(struct form *form, const char *key)
{
    struct form_level *level = &form->levels[form->depth - 1];
    PRE((key != NULL) == level->is_map);
    if (form->kind == FORM_JSON && level->count > 0) {
        buf_write(form->out, ",", 1);
    }
    level->count++;
    if (!key) {
        return;
    }
    write_text(form, span_text(key));
    if (form->kind == FORM_JSON) {
        buf_write(form->out, ":", 1);
    }
}

static void push(struct form *form, const char *key, bool is_map)
{
    PRE(form->depth < FORM_DEPTH);
    begin(form, key);
    form->levels[form->depth++] = (struct form_level){.at = form->out->size, .is_map = is_map};
    if (form->kind == FORM_JSON) {
        buf_write(form->out, is_map ? "{" : "[", 1);
    } else {
        buf_write(form->out, is_map ? "\xdf\0\0\0\0" : "\xdd\0\0\0\0", 5);
    }
}

void form_map(struct form *form, const char *key)
{
    push(form, key, true);
}

void form_array(struct form *form, const char *key)
{
    push(form, key, false);
}

void form_end(struct form *form)
{
    PRE(form->depth > 1);
    const struct form_level *level = &form->levels[--form->depth];
    if (form->kind == FORM_JSON) {
        buf_write(form->out, level->is_map ? "}" : "]", 1);
    } else if (!buf_failed(form->out)) {
        uint8_t *count = form->out->data + level->at + 1;
        for (uint32_t i = 0; i < 4; i++) {
            count[i] = (uint8_t)(level->count >> (24 - 8 * i));
        }
    }
}

void form_bool(struct form *form, const char *key, bool value)
{
    begin(form, key);
    if (form->kind == FORM_JSON) {
        buf_text(form->out, value ? "true" : "false");
    } else {
        mp_put_bool(form->out, value);
    }
}

void form_uint(struct form *form, const char *key, uint64_t value)
{
    begin(form, key);
    if (form->kind == FORM_JSON) {
        buf_format(form->out, "%llu", (unsigned long long)value);
    } else {
        mp_put_uint(form->out, value);
    }
}

void form_text(struct form *form, const char *key, const char *text)
{
    form_str(form, key, span_text(text));
}

void form_str(struct form *form, const char *key, struct span text)
{
    begin(form, key);
    write_text(form, text);
}

void form_str_if(struct form *form, const char *key, struct span text)
{
    if (text.size > 0) {
        form_str(form, key, text);
    }
}

void form_value(struct form *form, const char *key, struct span value)
{
    begin(form, key);
    if (form->kind == FORM_WIRE) {
        mp_put_value(form->out, value);
        return;
    }
    if (value.size == 0) {
        value = MP_NIL_VALUE;
    }
    if (json_from_mp(value, form->out, JSON_COMPACT_STYLE) != SAGA_OK) {
        form->out->failed = true;
    }
}

void form_raw(struct form *form, const char *key, struct span json)
{
    PRE(form->kind == FORM_JSON);
    begin(form, key);
    buf_write(form->out, json.data, json.size);
}

void form_time(struct form *form, const char *key, int64_t at_ms)
{
    if (at_ms == 0) {
        return;
    }
    if (form->kind == FORM_WIRE) {
        begin(form, key);
        mp_put_int(form->out, at_ms);
        return;
    }
    char text[CLOCK_TEXT_SIZE];
    clock_format(at_ms, text);
    form_text(form, key, text);
}

void form_cost(struct form *form, int64_t micros)
{
    if (form->kind == FORM_WIRE) {
        begin(form, "cost_usd_micros");
        mp_put_int(form->out, micros);
        return;
    }
    char text[JSON_NUMBER_SIZE];
    size_t size = json_number((double)micros / MICROS_PER_USD, text);
    begin(form, "cost_usd");
    buf_write(form->out, text, size);
}
