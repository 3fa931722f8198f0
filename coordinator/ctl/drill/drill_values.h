/* drill_values.h - the values that the saga starts with and its participants answer with. */
#ifndef CTL_DRILL_VALUES_H
#define CTL_DRILL_VALUES_H

#include <jansson.h>

#include "base/buf.h"
#include "base/check.h"
#include "language/definition.h"

struct drill_values {
    struct buf input; /* msgpack */
    struct buf
        event; /* msgpack: the event that started the saga, made up of the references to it */
    struct buf *outputs; /* msgpack, one for each step; empty = null */
    uint32_t output_count;
    bool made_up_input; /* nobody gave an input: it is made up of the references into it */
};

/* What a person gives; NULL = not given. The caller keeps all of it. */
struct drill_given {
    const json_t *input;
    const json_t *outputs;      /* {"step": output} */
    const json_t *input_schema; /* of the definition, as written: a made-up input follows it */
};

/* What was given, else what the definition's references and its input_schema want, made up. false
 * after saying on stderr which reference finds nothing, where the input does not fit, or that there
 * is no memory; to be closed in any case. */
MUST_CHECK bool drill_values_open(struct drill_values *values, const struct definition *definition,
                                  const struct drill_given *given);
void drill_values_close(struct drill_values *values);

#endif
