/* members.c - jansson takes NULL and objects of another kind for objects without members. */
#include "ctl/members.h"

#include <string.h>

enum { WIDTH_MAX = 128 };

const char *members_text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

long long members_number(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

bool members_flag(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

int members_width(const json_t *items, const char *key, int least)
{
    size_t width = (size_t)least;
    for (size_t i = 0; i < json_array_size(items); i++) {
        size_t size = strlen(members_text(json_array_get(items, i), key));
        width = size > width ? size : width;
    }
    return (int)(width < WIDTH_MAX ? width : WIDTH_MAX);
}
