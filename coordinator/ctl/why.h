/* why.h - why a saga is where it is: what it waits for, since when, and what a person can do. */
#ifndef CTL_WHY_H
#define CTL_WHY_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* Prints lines that begin with a word of what follows: "waits    for ...". What the answer does not
 * say is left out. */
void why_print(FILE *out, const json_t *saga, int64_t now_ms);

#endif
