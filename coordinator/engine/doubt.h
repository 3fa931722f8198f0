/* doubt.h - decides about a step in doubt, whose effect is unknown: ask its check, keep the step,
 * park it for a person, or undo it. */
#ifndef ENGINE_DOUBT_H
#define ENGINE_DOUBT_H

struct step;
struct turn;

/* What the caller does next about a step in doubt; the values are explained at doubt_decide(). */
enum doubt { DOUBT_WAITS, DOUBT_CHANGED, DOUBT_TO_UNDO };

/* Decides about a step in doubt. DOUBT_WAITS: an attempt or a check may still end the doubt.
 * DOUBT_CHANGED: the check was asked, or the step was kept or parked. DOUBT_TO_UNDO: only undoing
 * the step can settle it. */
enum doubt doubt_decide(struct turn *turn, struct step *step);

#endif
