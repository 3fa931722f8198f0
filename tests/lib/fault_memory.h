/* fault_memory.h - memory that runs out when it is told to.
 *
 * In a program whose source includes this, malloc(), calloc(), realloc() and strdup() of our own
 * code come here first (the linker sees to it: tests/CMakeLists.txt). The n-th of them gives NULL.
 * Libraries keep their own, but jansson is given ours; fault_memory_sqlite() asks SQLite to come
 * here too. */
#ifndef LIB_FAULT_MEMORY_H
#define LIB_FAULT_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* The `at`-th allocation from now fails, from 1; with `for_good` all after it too. */
void fault_memory_begin(uint64_t at, bool for_good);
/* Allocations are neither counted nor failed until it is set back to false: the test's own. */
void fault_memory_hold(bool hold);
/* None fails any more. Did one? */
bool fault_memory_end(void);

/* Before SQLite is used for the first time in this process. */
void fault_memory_sqlite(void);

#endif
