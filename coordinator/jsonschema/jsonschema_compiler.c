/* jsonschema_compiler.c - nodes of a schema that is compiled, and the way to each of them. */
#include "jsonschema/jsonschema_compiler.h"

#include "base/mp.h"
#include "reading/reading.h"

uint16_t jsonschema_compiler_add(struct jsonschema_compiler *s,
                                 const struct jsonschema_draft *draft)
{
    PRE(s->count > 0 || draft->parent == JSONSCHEMA_NONE);
    if (s->count == JSONSCHEMA_NODES_MAX) {
        reading_error(s->reading, "holds more than %d schemas", JSONSCHEMA_NODES_MAX);
        return JSONSCHEMA_NONE;
    }
    struct jsonschema_node *node = &s->nodes[s->count];
    for (uint32_t i = 0; i < CHILD_COUNT; i++) {
        node->children[i] = JSONSCHEMA_NONE;
    }
    s->drafts[s->count] = *draft;
    return (uint16_t)s->count++;
}

void jsonschema_compiler_enter(const struct jsonschema_compiler *s, uint16_t node)
{
    uint16_t way[MP_DEPTH_MAX * 2];
    uint32_t count = 0;
    for (uint16_t at = node; s->drafts[at].parent != JSONSCHEMA_NONE; at = s->drafts[at].parent) {
        CHECK(count < ARRAY_COUNT(way)); /* a schema lies deeper in the document than its parent */
        way[count++] = at;
    }
    while (count > 0) {
        const struct jsonschema_draft *draft = &s->drafts[way[--count]];
        (void)reading_enter_key(s->reading, draft->word);
        if (draft->index >= 0) {
            (void)reading_enter_index(s->reading, (uint32_t)draft->index);
        } else if (draft->name.data) {
            (void)reading_enter(s->reading, draft->name);
        }
    }
}
