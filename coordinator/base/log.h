/* log.h - one line a happening, for operators: logfmt or JSON on standard error.
 *
 *   log_line(LOG_WARN, "undo_stuck", "saga", "trip-17", "step", "hotel", "#attempts", "5", NULL);
 *
 * A key that begins with # says that its value is a number: the # is not written, and in JSON the
 * value stands without quotes. All other values are texts, whatever they look like: a saga may be
 * called 17.
 *
 * Never a payload, never a secret. Repeats of one event are bounded per second and the number left
 * out is said. May be called from any thread. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_LOGFMT, LOG_JSON };

/* Called once, before threads start. */
void log_open(enum log_level lowest, enum log_format format);
/* event, then pairs of key and value (both strings), then NULL. */
void log_line(enum log_level level, const char *event, ...) __attribute__((sentinel));
/* The line that scripts wait for, whatever the lowest level: `ready` alone, in JSON an event. */
void log_ready(void);

#endif
