/* doubt.h - what becomes of a step in doubt: its check is asked, it is kept, parked, or undone. */
#ifndef ENGINE_DOUBT_H
#define ENGINE_DOUBT_H

struct step;
struct turn;

/* What the doubt of a step means for its saga now. */
enum doubt { DOUBT_WAITS, DOUBT_CHANGED, DOUBT_TO_UNDO };

/* Decides about a step in doubt: DOUBT_WAITS, an attempt or a check may still end the doubt;
 * DOUBT_CHANGED, the check was asked or the step is settled or parked; DOUBT_TO_UNDO, only its
 * undo can settle it. */
enum doubt doubt_decide(struct turn *turn, struct step *step);

#endif
