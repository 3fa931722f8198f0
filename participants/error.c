/* error.c - errors in words, for users of libsaga. */
#include "base/error.h"

const char *saga_error_code(enum saga_error error)
{
    return error_code(error);
}

const char *saga_error_text(enum saga_error error)
{
    return error_sentence(error);
}
