/* yaml_print.c - walks a value with a stack of its own and gives libyaml an event for each part.
 *
 * Readers of YAML 1.1 take more for numbers, dates and truth than JSON does (no, 1:30, 2026-11-24):
 * a text stands without quotes only if no reader can take it for anything else. */
#include "ctl/yaml_print.h"

#include <ctype.h>
#include <string.h>
#include <yaml.h>

#include "base/json.h"

enum { DEPTH_MAX = 2048 }; /* jansson reads no deeper value */

/* An array or object whose parts are being printed. */
struct open {
    json_t *container;
    size_t index;   /* of the next element of an array */
    void *iterator; /* at the next member of an object; NULL behind the last */
};

struct printer {
    yaml_emitter_t emitter;
    struct open stack[DEPTH_MAX];
    size_t depth;
};

static int write_out(void *arg, unsigned char *bytes, size_t size)
{
    return fwrite(bytes, 1, size, arg) == size;
}

/* ---- scalars ---- */

/* Has the text a letter first, letters and digits after it, and another meaning in no YAML? */
static bool is_plain(const char *text, size_t size)
{
    static const char *const words[] = {"y",   "n",    "yes",   "no",  "on",
                                        "off", "true", "false", "null"};
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (strlen(words[i]) == size && strncasecmp(words[i], text, size) == 0) {
            return false;
        }
    }
    for (size_t i = 0; i < size; i++) {
        bool is_inner = i > 0 && i + 1 < size && strchr(" ./~", text[i]) && text[i] != '\0';
        bool is_later = i > 0 && (isdigit((unsigned char)text[i]) || text[i] == '-');
        bool is_letter = isalpha((unsigned char)text[i]) || text[i] == '_';
        if (!is_letter && !is_later && !is_inner) {
            return false;
        }
    }
    return size > 0;
}

static int emit_text(struct printer *printer, const char *text, size_t size)
{
    yaml_event_t event;
    bool plain = is_plain(text, size);
    return yaml_scalar_event_initialize(
               &event, NULL, NULL, (const yaml_char_t *)text, (int)size, plain, !plain,
               plain ? YAML_PLAIN_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE) &&
           yaml_emitter_emit(&printer->emitter, &event);
}

static int emit_plain(struct printer *printer, const char *text)
{
    yaml_event_t event;
    return yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
                                        (int)strlen(text), 1, 0, YAML_PLAIN_SCALAR_STYLE) &&
           yaml_emitter_emit(&printer->emitter, &event);
}

/* 1e+300 is a number in YAML 1.2 alone, 1.0e+300 in YAML 1.1 too. */
static int emit_real(struct printer *printer, double value)
{
    char digits[JSON_NUMBER_SIZE];
    char text[JSON_NUMBER_SIZE + 4];
    json_number(value, digits);
    size_t before = strcspn(digits, "e");
    bool has_point = memchr(digits, '.', before) != NULL;
    snprintf(text, sizeof(text), "%.*s%s%s", (int)before, digits,
             digits[before] == 'e' && !has_point ? ".0" : "", digits + before);
    return emit_plain(printer, text);
}

static int emit_integer(struct printer *printer, json_int_t value)
{
    char text[32];
    snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, value);
    return emit_plain(printer, text);
}

/* ---- arrays and objects ---- */

static int emit_begin(struct printer *printer, bool is_map)
{
    yaml_event_t event;
    int made = is_map ? yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
                                                            YAML_BLOCK_MAPPING_STYLE)
                      : yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
                                                             YAML_BLOCK_SEQUENCE_STYLE);
    return made && yaml_emitter_emit(&printer->emitter, &event);
}

static int emit_end(struct printer *printer, bool is_map)
{
    yaml_event_t event;
    int made = is_map ? yaml_mapping_end_event_initialize(&event)
                      : yaml_sequence_end_event_initialize(&event);
    return made && yaml_emitter_emit(&printer->emitter, &event);
}

static int open_container(struct printer *printer, json_t *container)
{
    CHECK(printer->depth < DEPTH_MAX);
    printer->stack[printer->depth++] =
        (struct open){.container = container, .iterator = json_object_iter(container)};
    return emit_begin(printer, json_is_object(container));
}

static int emit_value(struct printer *printer, json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        return open_container(printer, value);
    case JSON_STRING:
        return emit_text(printer, json_string_value(value), json_string_length(value));
    case JSON_INTEGER:
        return emit_integer(printer, json_integer_value(value));
    case JSON_REAL:
        return emit_real(printer, json_real_value(value));
    case JSON_TRUE:
        return emit_plain(printer, "true");
    case JSON_FALSE:
        return emit_plain(printer, "false");
    case JSON_NULL:
        return emit_plain(printer, "null");
    }
    UNREACHABLE("a kind of JSON");
}

/* Emits the next part of the innermost container, or its end. */
static int emit_next(struct printer *printer)
{
    struct open *open = &printer->stack[printer->depth - 1];
    void *at = open->iterator;
    if (at) {
        const char *key = json_object_iter_key(at);
        open->iterator = json_object_iter_next(open->container, at);
        return emit_text(printer, key, strlen(key)) &&
               emit_value(printer, json_object_iter_value(at));
    }
    if (open->index < json_array_size(open->container)) {
        return emit_value(printer, json_array_get(open->container, open->index++));
    }
    printer->depth--;
    return emit_end(printer, json_is_object(open->container));
}

/* ---- the document ---- */

static bool emit_document(struct printer *printer, json_t *value)
{
    yaml_event_t event;
    int good = yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) &&
               yaml_emitter_emit(&printer->emitter, &event) &&
               yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) &&
               yaml_emitter_emit(&printer->emitter, &event) && emit_value(printer, value);
    while (good && printer->depth > 0) {
        good = emit_next(printer);
    }
    return good && yaml_document_end_event_initialize(&event, 1) &&
           yaml_emitter_emit(&printer->emitter, &event) &&
           yaml_stream_end_event_initialize(&event) && yaml_emitter_emit(&printer->emitter, &event);
}

bool yaml_print(FILE *out, const json_t *value)
{
    struct printer printer = {.depth = 0};
    if (!yaml_emitter_initialize(&printer.emitter)) {
        return false;
    }
    yaml_emitter_set_output(&printer.emitter, write_out, out);
    yaml_emitter_set_unicode(&printer.emitter, 1);
    yaml_emitter_set_width(&printer.emitter, -1); /* no text is folded */
    bool good = emit_document(&printer, (json_t *)(uintptr_t)value);
    yaml_emitter_delete(&printer.emitter);
    return good;
}
