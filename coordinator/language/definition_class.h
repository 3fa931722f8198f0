/* definition_class.h - the class of each step, and why some definitions cannot be undone safely. */
#ifndef LANGUAGE_DEFINITION_CLASS_H
#define LANGUAGE_DEFINITION_CLASS_H

struct compile;

/* definition_class.c: which steps can be undone, need not be, or must go forward. */
void definition_class_assign(struct compile *c);

#endif
