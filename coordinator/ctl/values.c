/* values.c - read with jansson; duplicate keys are refused. */
#include "ctl/values.h"

#include <stdio.h>
#include <string.h>

bool value_add(json_t *object, const char *key, const char *text)
{
    if (!text) {
        return true;
    }
    json_error_t error;
    size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
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
