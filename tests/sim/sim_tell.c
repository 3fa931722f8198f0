/* sim_tell.c - what the simulator says; and it is the coordinator's log. */
#include <stdarg.h>
#include <unistd.h>

#include "sim.h"

static struct sim *current; /* whose world writes to the log */

void sim_tell_of(struct sim *sim)
{
    current = sim;
}

void sim_say(const struct sim *sim, const char *format, ...)
{
    if (!sim->is_verbose) {
        return;
    }
    va_list list;
    va_start(list, format);
    printf("%9lld  ", (long long)sim->now_ms);
    vprintf(format, list);
    printf("\n");
    va_end(list);
}

void sim_violated(struct sim *sim, const char *invariant, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    printf("VIOLATED %s at %lld ms: ", invariant, (long long)sim->now_ms);
    vprintf(format, list);
    printf("\nseed %llu; again with: sim %llu -v\n", (unsigned long long)sim->seed,
           (unsigned long long)sim->seed);
    va_end(list);
    fflush(stdout);
    _exit(1);
}

/* The coordinator's log: an alert in it is an alert given. */
void log_line(enum log_level level, const char *event, ...)
{
    va_list list;
    va_start(list, event);
    char text[256] = "";
    size_t size = 0;
    struct sim_saga *saga = NULL;
    bool is_alert = current && strcmp(event, "alert") == 0 && !current->node.dead;
    for (const char *key; (key = va_arg(list, const char *)) != NULL;) {
        const char *value = va_arg(list, const char *);
        if (is_alert && strcmp(key, "saga") == 0) {
            saga = sim_saga_named(current, span_text(value));
            sim_tally(current, COUNT_ALERTS);
        }
        if (saga && strcmp(value, "saga_parked") == 0) {
            saga->alerted = true;
        }
        int more = snprintf(text + size, sizeof(text) - size, " %s=%s", key, value);
        size += more > 0 && size + (size_t)more < sizeof(text) ? (size_t)more : 0;
    }
    va_end(list);
    if (current) {
        sim_say(current, "log %d %s%s", (int)level, event, text);
    }
}
