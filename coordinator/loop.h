/* loop.h - the one loop that sees all the parts. */
#ifndef LOOP_H
#define LOOP_H

#include "base/check.h"
#include "options.h"

/* Opens everything, serves until SIGTERM or SIGINT, drains, closes. The exit code of sagad: 0, or 1
 * after saying on standard error what is wrong. */
MUST_CHECK int loop_run(const struct options *options);

#endif
