/* descriptors.h - how many connections the process may have, and who may have how many. */
#ifndef BASE_DESCRIPTORS_H
#define BASE_DESCRIPTORS_H

#include <stdint.h>

/* Raises the soft limit of descriptors to the hard one, which the operator has set; before anything
 * is opened. Each connection is one, and a soft limit of 1024 is a habit of programs with select().
 * What could not be raised is said in the log. */
void descriptors_raise(void);

/* How many of them one of the two ports may take for its connections: half of what is left when the
 * store, webhooks and what is kept to spare have theirs; never more than `most`. */
uint32_t descriptors_share(uint32_t most);

#endif
