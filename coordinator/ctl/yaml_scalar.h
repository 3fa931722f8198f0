/* yaml_scalar.h - what a plain YAML scalar means by the core schema of YAML 1.2. */
#ifndef CTL_YAML_SCALAR_H
#define CTL_YAML_SCALAR_H

#include "base/buf.h"
#include "base/span.h"

/* Appends the scalar as msgpack. NULL, or a literal that says what is wrong with the scalar. */
const char *yaml_scalar_put(struct span text, struct buf *out);

#endif
