/* members.h - members of an answer's objects, whether they are there or not. */
#ifndef CTL_MEMBERS_H
#define CTL_MEMBERS_H

#include <jansson.h>
#include <stdbool.h>

/* "" when there is no such text. */
const char *members_text(const json_t *object, const char *key);
/* 0 when there is no such number. */
long long members_number(const json_t *object, const char *key);
/* Is there such a member, and is it true? */
bool members_flag(const json_t *object, const char *key);
/* Bytes of the widest text of a column: at least `least`, at most what any name may have. */
int members_width(const json_t *items, const char *key, int least);

#endif
