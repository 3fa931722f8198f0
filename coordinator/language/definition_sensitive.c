/* definition_sensitive.c - which values are not shown: places in the input and in outputs. */
#include "language/definition_sensitive.h"

#include "base/limits.h"
#include "base/mp.h"
#include "language/definition_draft.h"
#include "language/reference_read.h"
#include "language/template_compile.h"
#include "language/template_form.h"
#include "reading/reading_values.h"
#include "reading/reading_words.h"

/* One place of the list; c->reading.place is at the value. NULL: a problem is noted. */
static const struct reference *read_place(struct compile *c, struct span value)
{
    struct template_view view = {.step = -1};
    struct mp mp = mp_open(value);
    struct span text = mp_type(value) == MP_STR ? mp_str(&mp) : (struct span){NULL, 0};
    size_t size = 0;
    if (text.size == 0 || text.data[0] != '$') {
        reading_error(&c->reading,
                      "must be a place such as $.input.card or $.steps.pay.output.token");
        return NULL;
    }
    const struct reference *reference = reference_read(c, &view, text, &size);
    if (!reference) {
        return NULL;
    }
    bool is_place = reference->root == REFERENCE_INPUT || reference->root == REFERENCE_OUTPUT;
    if (size != text.size || !is_place || reference->many || reference->fallback.size > 0) {
        reading_error(&c->reading,
                      "must lead to one value in $.input or in a step's output, not '%s'",
                      reading_quote(text).text);
        return NULL;
    }
    /* view/mask.c follows the one way to the value. */
    POST(!reference->many && reference->fallback.size == 0);
    return reference;
}

void definition_sensitive_read(struct compile *c, struct span value)
{
    struct mp mp = mp_open(value);
    if (value.size == 0) {
        return;
    }
    if (mp_type(value) != MP_ARRAY) {
        (void)reading_refuse(&c->reading, "sensitive", value,
                             "a list of places such as $.input.card");
        return;
    }
    struct place place = reading_enter_key(&c->reading, "sensitive");
    uint32_t count = mp_array(&mp);
    if (count > LIMIT_SENSITIVE) {
        reading_error(&c->reading, "holds %u places; at most %d are allowed", count,
                      LIMIT_SENSITIVE);
        count = 0;
    }
    const struct reference **places = reading_take(&c->reading, count, sizeof(*places));
    for (uint32_t i = 0; i < count && places; i++) {
        struct place item = reading_enter_index(&c->reading, i);
        places[c->definition->sensitive_count] = read_place(c, mp_skip(&mp));
        c->definition->sensitive_count += places[c->definition->sensitive_count] != NULL;
        reading_leave(&c->reading, item);
    }
    POST(c->definition->sensitive_count <= LIMIT_SENSITIVE);
    c->definition->sensitive = places;
    reading_leave(&c->reading, place);
}
