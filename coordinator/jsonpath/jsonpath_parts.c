/* jsonpath_parts.c - looking into a compiled query, and following a singular one without a run. */
#include "jsonpath/jsonpath_form.h"

bool jsonpath_is_singular(const struct jsonpath *path)
{
    PRE(path != NULL);
    return path->query->is_singular;
}

const struct jsonpath_query *jsonpath_queries(const struct jsonpath *path)
{
    PRE(path != NULL);
    return path->queries;
}

const struct jsonpath_query *jsonpath_condition_queries(const struct jsonpath_condition *condition)
{
    PRE(condition != NULL);
    return condition->queries;
}

const struct jsonpath_query *jsonpath_query_other(const struct jsonpath_query *query)
{
    PRE(query != NULL);
    return query->other;
}

const struct jsonpath_segment *jsonpath_query_parts(const struct jsonpath_query *query,
                                                    size_t *offset, uint32_t *count)
{
    PRE(!query->is_relative);
    *offset = query->offset;
    *count = query->segment_count;
    return query->segments;
}

const struct jsonpath_segment *jsonpath_parts(const struct jsonpath *path, uint32_t *count)
{
    size_t offset;
    return jsonpath_query_parts(path->query, &offset, count);
}

struct span jsonpath_name(const struct jsonpath_segment *part)
{
    PRE(part != NULL);
    const struct jsonpath_selector *selector = part->selectors;
    bool is_name = !part->descends && selector->kind == SELECTOR_NAME && !selector->next;
    return is_name ? selector->name : (struct span){NULL, 0};
}

bool jsonpath_index(const struct jsonpath_segment *part, int64_t *index)
{
    PRE(part != NULL);
    const struct jsonpath_selector *selector = part->selectors;
    bool is_index = !part->descends && selector->kind == SELECTOR_INDEX && !selector->next;
    *index = is_index ? selector->index : *index;
    return is_index;
}

const struct jsonpath_segment *jsonpath_rest(const struct jsonpath_segment *part)
{
    PRE(part != NULL);
    return part->next;
}

static struct span child_at(struct span value, int64_t index)
{
    struct mp mp = mp_open(value);
    if (index < 0) {
        index += mp_peek(&mp) == MP_ARRAY ? (int64_t)mp_array(&mp) : 0;
    }
    return index < 0 ? (struct span){NULL, 0} : mp_at(value, (uint64_t)index);
}

struct span jsonpath_follow(const struct jsonpath_segment *part, struct span value)
{
    for (; part != NULL && value.size > 0; part = part->next) {
        const struct jsonpath_selector *selector = part->selectors;
        CHECK(selector->kind == SELECTOR_NAME || selector->kind == SELECTOR_INDEX);
        value = selector->kind == SELECTOR_NAME ? mp_find(value, selector->name)
                                                : child_at(value, selector->index);
    }
    return value;
}
