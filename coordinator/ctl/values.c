/* values.c - values are read with jansson, which refuses duplicate keys, and printed by hand:
 * jansson prints a double with all of its 17 digits, or with fewer than some doubles need. */
#include "ctl/values.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ctl/yaml_print.h"

bool value_add(json_t *object, const char *key, const char *text)
{
    if (!text) {
        return true;
    }
    json_error_t error;
    size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_t *value =
        text[0] == '@' ? json_load_file(text + 1, flags, &error) : json_loads(text, flags, &error);
    if (!value && error.line < 0) {
        fprintf(stderr, "sagactl: --%s: %s\n", key, error.text);
        return false;
    }
    if (!value) {
        fprintf(stderr, "sagactl: --%s is not JSON: %s (line %d, column %d)\n", key, error.text,
                error.line, error.column);
        return false;
    }
    json_object_set_new(object, key, value);
    return true;
}

void value_add_names(json_t *object, const char *key, const char *text)
{
    if (!text) {
        return;
    }
    json_t *names = json_array();
    for (const char *at = text; *at;) {
        size_t size = strcspn(at, ",");
        if (size > 0) {
            json_array_append_new(names, json_stringn(at, size));
        }
        at += size + (at[size] == ',' ? 1 : 0);
    }
    json_object_set_new(object, key, names);
}

enum { ON_ONE_LINE = -1 };

static void print_value(FILE *out, const json_t *value, int indent);

static void begin_line(FILE *out, int indent)
{
    if (indent != ON_ONE_LINE) {
        fprintf(out, "\n%*s", indent, "");
    }
}

static int deeper(int indent)
{
    return indent == ON_ONE_LINE ? ON_ONE_LINE : indent + 2;
}

static void print_array(FILE *out, const json_t *array, int indent)
{
    fputc('[', out);
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i > 0) {
            fputc(',', out);
        }
        begin_line(out, deeper(indent));
        print_value(out, json_array_get(array, i), deeper(indent));
    }
    if (json_array_size(array) > 0) {
        begin_line(out, indent);
    }
    fputc(']', out);
}

static void print_object(FILE *out, json_t *object, int indent)
{
    const char *key;
    json_t *value;
    bool first = true;
    fputc('{', out);
    json_object_foreach(object, key, value)
    {
        if (!first) {
            fputc(',', out);
        }
        first = false;
        begin_line(out, deeper(indent));
        json_t *name = json_string(key);
        json_dumpf(name, out, JSON_ENCODE_ANY);
        json_decref(name);
        fputs(indent == ON_ONE_LINE ? ":" : ": ", out);
        print_value(out, value, deeper(indent));
    }
    if (!first) {
        begin_line(out, indent);
    }
    fputc('}', out);
}

static void print_value(FILE *out, const json_t *value, int indent)
{
    char digits[JSON_NUMBER_SIZE];
    switch (json_typeof(value)) {
    case JSON_ARRAY:
        print_array(out, value, indent);
        break;
    case JSON_OBJECT:
        print_object(out, (json_t *)value, indent);
        break;
    case JSON_REAL:
        json_number(json_real_value(value), digits);
        fputs(digits, out);
        break;
    case JSON_STRING:
    case JSON_INTEGER:
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        json_dumpf(value, out, JSON_ENCODE_ANY);
    }
}

void value_print(FILE *out, const json_t *value)
{
    if (value) {
        print_value(out, value, 0);
    }
}

char *value_text(const json_t *value)
{
    char *text = NULL;
    size_t size;
    FILE *out = value ? open_memstream(&text, &size) : NULL;
    if (!out) {
        return NULL;
    }
    print_value(out, value, ON_ONE_LINE);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

bool value_is_document(const struct settings *settings)
{
    return settings->output == OUTPUT_JSON || settings->output == OUTPUT_YAML;
}

void value_show(const struct settings *settings, const json_t *value)
{
    if (settings->output != OUTPUT_YAML) {
        value_print(stdout, value);
        printf("\n");
    } else if (!yaml_print(stdout, value)) {
        fprintf(stderr, "sagactl: the YAML is cut: out of memory, or no room to write it\n");
    }
}

bool value_is_settled(const char *status)
{
    return status[0] && strcmp(status, "running") != 0 && strcmp(status, "compensating") != 0;
}
