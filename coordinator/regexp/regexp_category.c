/* regexp_category.c - a search in the table of regexp_category.def. */
#include "regexp/regexp_category.h"

#include "base/check.h"

static const char names[][3] = {
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
    "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
};

static const uint32_t changes[] = {
#include "regexp/regexp_category.def"
};

_Static_assert(ARRAY_COUNT(names) <= 32, "a category is a bit");

uint32_t regexp_category_of(uint32_t character)
{
    PRE(character <= 0x10FFFF);
    size_t low = 0;
    size_t high = ARRAY_COUNT(changes);
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (changes[middle] >> 10 <= character) {
            low = middle;
        } else {
            high = middle;
        }
    }
    uint32_t change = changes[low];
    bool is_other = (character - (change >> 10)) % 2 == 1;
    uint32_t category = is_other ? change & 31 : (change >> 5) & 31;
    POST(category < ARRAY_COUNT(names));
    return UINT32_C(1) << category;
}

uint32_t regexp_category_named(struct span name)
{
    uint32_t bits = 0;
    /* I-Regexp has no Cs: UTF-8 has no surrogates. */
    if (name.size == 0 || name.size > 2 || span_is(name, "Cs")) {
        return 0;
    }
    for (uint32_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (memcmp(names[i], name.data, name.size) == 0) {
            bits |= UINT32_C(1) << i;
        }
    }
    return bits;
}
