/* problem.h - what is wrong in a document, and where. */
#ifndef READING_PROBLEM_H
#define READING_PROBLEM_H

#include <stdbool.h>
#include <stdint.h>

/* What is wrong with a document: where (JSON Pointer, "" = the whole), and what to do. */
struct problem {
    char pointer[256];
    char detail[256];
    bool is_warning; /* legal, but unwise */
};

struct problems {
    struct problem *items; /* owned by the arena given to definition_compile */
    uint32_t count;
    uint32_t error_count; /* of the problems, those that are no warnings */
    bool cut;             /* there were more than LIMIT_PROBLEMS */
};

#endif
