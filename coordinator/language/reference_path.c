/* reference_path.c - the way that a reference goes into the value it begins with. */
#include "language/reference_path.h"

#include "language/document.h"
#include "language/template_form.h"

struct reference_path reference_path_of(const struct jsonpath_segment *part)
{
    struct reference_path path = {.count = 0};
    for (; part && path.count < JSONPATH_SEGMENTS_MAX; part = jsonpath_rest(part)) {
        struct jsonschema_step *step = &path.steps[path.count++];
        step->name = jsonpath_name(part);
        (void)jsonpath_index(part, &step->index);
    }
    POST(!part); /* no query has more parts */
    return path;
}

static bool is_same(const struct jsonschema_step *a, const struct jsonschema_step *b)
{
    bool are_names = a->name.data && b->name.data;
    return are_names ? span_equal(a->name, b->name)
                     : !a->name.data && !b->name.data && a->index == b->index;
}

bool reference_path_agrees(const struct reference_path *a, const struct reference_path *b,
                           uint32_t count)
{
    bool agrees = a->count >= count && b->count >= count;
    for (uint32_t i = 0; i < count && agrees; i++) {
        agrees = is_same(&a->steps[i], &b->steps[i]);
    }
    return agrees;
}

static bool have_one_root(const struct reference *a, const struct reference *b)
{
    return a->root == b->root && (a->root != REFERENCE_OUTPUT || a->step == b->step);
}

bool reference_path_overlaps(const struct reference *a, const struct reference *b)
{
    PRE(!b->many);
    if (a->many) {
        bool overlaps = false;
        for (uint32_t i = 0; i < a->document->count; i++) {
            overlaps = overlaps || have_one_root(&a->document->items[i], b);
        }
        return overlaps;
    }
    struct reference_path left = reference_path_of(a->rest);
    struct reference_path right = reference_path_of(b->rest);
    uint32_t shorter = left.count < right.count ? left.count : right.count;
    return have_one_root(a, b) && reference_path_agrees(&left, &right, shorter);
}
