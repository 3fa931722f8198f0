/* consent.h - what a person must say before something is done: why, and yes. */
#ifndef CTL_CONSENT_H
#define CTL_CONSENT_H

#include "ctl/command.h"

/* Is there a --reason? EXIT_GOOD, or EXIT_USAGE after saying that one is needed. */
enum exit_code consent_reason(const struct settings *settings);
/* Is there --yes, or a terminal to ask on? EXIT_GOOD, or EXIT_USAGE after saying which of the two
 * is needed, for "rollback undoes things". */
enum exit_code consent_possible(const struct settings *settings, const char *what);
/* Asks on the terminal. EXIT_GOOD for a yes, else EXIT_REFUSED after saying that nothing was done.
 */
enum exit_code consent_ask(const char *question);

#endif
