/* notices.h - makes deliveries of what has happened, for each webhook that wants to hear of it. */
#ifndef CORE_NOTICES_H
#define CORE_NOTICES_H

#include <stdint.h>

struct core;

/* Makes deliveries of the notices in the batch in the making, from the index `first` on, for each
 * webhook that wants them. */
void notices_send(struct core *core, uint32_t first);

#endif
