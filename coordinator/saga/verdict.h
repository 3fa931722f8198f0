/* verdict.h - what a participant is told of its result: the words of `done`. */
#ifndef SAGA_VERDICT_H
#define SAGA_VERDICT_H

enum verdict { VERDICT_OK, VERDICT_LATE, VERDICT_STALE, VERDICT_UNKNOWN };

#endif
