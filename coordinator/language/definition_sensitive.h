/* definition_sensitive.h - which values are not shown: places in the input and in outputs. */
#ifndef LANGUAGE_DEFINITION_SENSITIVE_H
#define LANGUAGE_DEFINITION_SENSITIVE_H

#include "base/span.h"

struct compile;

/* definition_sensitive.c: what is not shown. */
void definition_sensitive_read(struct compile *c, struct span value);

#endif
