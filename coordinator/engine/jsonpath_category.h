/* jsonpath_category.h - the general categories of Unicode 14. */
#ifndef ENGINE_JSONPATH_CATEGORY_H
#define ENGINE_JSONPATH_CATEGORY_H

#include "base/span.h"

/* One bit: the category of a character. */
uint32_t jsonpath_category_of(uint32_t character);
/* The bits of "Lu", or of all that begin with "L"; 0 when there is no such category. */
uint32_t jsonpath_category_named(struct span name);

#endif
