/* regexp_category.h - the general categories of Unicode 14. */
#ifndef REGEXP_REGEXP_CATEGORY_H
#define REGEXP_REGEXP_CATEGORY_H

#include "base/span.h"

/* One bit: the category of a character. */
uint32_t regexp_category_of(uint32_t character);
/* The bits of "Lu", or of all that begin with "L"; 0 when there is no such category. */
uint32_t regexp_category_named(struct span name);

#endif
