/* reference_advice.h - warns of references to what a saga's input need not have. */
#ifndef LANGUAGE_REFERENCE_ADVICE_H
#define LANGUAGE_REFERENCE_ADVICE_H

struct compile;
struct reference;
struct template_view;

/* Notes a warning when the do of a step refers, without a fallback, to a property of the input that
 * the definition's input_schema does not require, and the step's `when` does not ask for. The place
 * is at the reference; the step's condition is compiled already. */
void reference_advice_give(struct compile *c, const struct template_view *view,
                           const struct reference *reference);

#endif
