/* verbs.h - what an operator does to a saga. */
#ifndef CTL_VERBS_H
#define CTL_VERBS_H

#include "ctl/command.h"

/* Sends the verb and shows what became of the saga. `wanted` is the status that the verb is to
 * bring the saga to: with --wait, another one is EXIT_FAILED. */
enum exit_code verbs_send(const struct settings *settings, const char *id, const char *verb,
                          const char *wanted);

enum exit_code verbs_rollback(const struct settings *settings, const struct arguments *arguments);
enum exit_code verbs_reverse(const struct settings *settings, const struct arguments *arguments);
enum exit_code verbs_retry(const struct settings *settings, const struct arguments *arguments);
enum exit_code verbs_resolve(const struct settings *settings, const struct arguments *arguments);
enum exit_code verbs_pause(const struct settings *settings, const struct arguments *arguments);
enum exit_code verbs_resume(const struct settings *settings, const struct arguments *arguments);
enum exit_code verbs_skip(const struct settings *settings, const struct arguments *arguments);
enum exit_code verbs_approve(const struct settings *settings, const struct arguments *arguments);
enum exit_code verbs_reject(const struct settings *settings, const struct arguments *arguments);
enum exit_code verbs_signal(const struct settings *settings, const struct arguments *arguments);
enum exit_code verbs_terminate(const struct settings *settings, const struct arguments *arguments);

#endif
