/* definition_class.h - the class of each step, and why some definitions cannot be undone safely. */
#ifndef LANGUAGE_DEFINITION_CLASS_H
#define LANGUAGE_DEFINITION_CLASS_H

struct compile;

/* Gives each step its class, and names the pivot; notes which steps cannot have any. Needs the
 * graph; where that is not clean, only a second pivot is noted. */
void definition_class_assign(struct compile *c);

#endif
