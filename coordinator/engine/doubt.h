/* doubt.h - what becomes of a step in doubt that has no attempt left. */
#ifndef ENGINE_DOUBT_H
#define ENGINE_DOUBT_H

struct step;
struct turn;

/* A step in doubt without attempts left. */
enum doubt { DOUBT_WAITS, DOUBT_CHANGED, DOUBT_TO_UNDO };

enum doubt doubt_decide(struct turn *turn, struct step *step);

#endif
