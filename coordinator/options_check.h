/* options_check.h - whether the settings hold together. */
#ifndef OPTIONS_CHECK_H
#define OPTIONS_CHECK_H

#include "options.h"

/* Fills in what follows from other settings. false after saying what does not hold together. */
MUST_CHECK bool options_check(struct options *options, FILE *err);

#endif
