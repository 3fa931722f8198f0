/* no_live.h - from here on the compiler refuses what is called live: for the files of the fold.
 *
 * A record that was folded with the help of what only this process knows would make another state
 * when it is replayed. Included last. */
#ifndef SAGA_NO_LIVE_H
#define SAGA_NO_LIVE_H

#pragma GCC poison live

#endif
