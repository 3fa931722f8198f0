/* definition_advice.h - what is legal and unwise, said as warnings once a definition is good. */
#ifndef LANGUAGE_DEFINITION_ADVICE_H
#define LANGUAGE_DEFINITION_ADVICE_H

struct compile;

/* Notes a warning for each piece of advice. Only when no error was noted. */
void definition_advice_give(struct compile *c);

#endif
