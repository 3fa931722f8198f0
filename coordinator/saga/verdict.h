/* verdict.h - what the coordinator tells a participant in `done` about the result that it sent. */
#ifndef SAGA_VERDICT_H
#define SAGA_VERDICT_H

enum verdict { VERDICT_OK, VERDICT_LATE, VERDICT_STALE, VERDICT_UNKNOWN };

#endif
