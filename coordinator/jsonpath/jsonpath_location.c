/* jsonpath_location.c - normalized paths (section 2.7 of the RFC). */
#include "jsonpath/jsonpath.h"

/* Writes a name as the RFC wants it, in single quotes with the fewest escapes. */
static void put_name(struct span name, struct buf *out)
{
    static const char from[] = "\b\t\n\f\r'\\";
    static const char to[] = "btnfr'\\";
    buf_text(out, "['");
    for (size_t i = 0; i < name.size; i++) {
        uint8_t byte = name.data[i];
        const char *found = byte != 0 ? strchr(from, byte) : NULL;
        if (found) {
            buf_format(out, "\\%c", to[found - from]);
        } else if (byte < 0x20) {
            buf_format(out, "\\u%04x", byte);
        } else {
            buf_write(out, &byte, 1);
        }
    }
    buf_text(out, "']");
}

void jsonpath_location(const struct jsonpath_walk *walk, struct buf *out)
{
    PRE(walk->has_begun);
    PRE(walk->depth <= JSONPATH_DEPTH_MAX);
    buf_text(out, "$");
    for (uint32_t i = 0; i < walk->depth; i++) {
        const struct jsonpath_level *level = &walk->levels[i];
        if (level->is_map) {
            put_name(level->key, out);
        } else {
            buf_format(out, "[%u]", level->index);
        }
    }
}
