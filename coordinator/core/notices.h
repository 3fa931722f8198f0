/* notices.h - which webhooks hear of what has happened. */
#ifndef CORE_NOTICES_H
#define CORE_NOTICES_H

#include <stdint.h>

struct core;

/* The batch in the making has notices from this index on: who is told? */
void notices_send(struct core *core, uint32_t first);

#endif
