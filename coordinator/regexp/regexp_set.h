/* regexp_set.h - reads what stands for one character of several: [..], \p{..}, and escapes. */
#ifndef REGEXP_REGEXP_SET_H
#define REGEXP_REGEXP_SET_H

struct regexp_compiler;

/* Both add one step to the pattern, or note a problem. */

/* What stands after "[", with the "]". */
void regexp_set_read(struct regexp_compiler *c);
/* What stands after a backslash, outside [..]. */
void regexp_set_read_escape(struct regexp_compiler *c);

#endif
