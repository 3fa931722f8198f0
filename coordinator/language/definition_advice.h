/* definition_advice.h - what is legal and unwise, said as warnings once a definition is good. */
#ifndef LANGUAGE_DEFINITION_ADVICE_H
#define LANGUAGE_DEFINITION_ADVICE_H

struct compile;

/* definition_advice.c: warnings about what is legal and unwise. When nothing is wrong. */
void definition_advice_give(struct compile *c);

#endif
