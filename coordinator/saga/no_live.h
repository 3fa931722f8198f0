/* no_live.h - makes the compiler refuse the word `live` from here on, in the files of the fold.
 *
 * What `live` holds is known only to this process. A record that was folded with its help would
 * make another state when it is replayed. Include this file last. */
#ifndef SAGA_NO_LIVE_H
#define SAGA_NO_LIVE_H

#pragma GCC poison live

#endif
