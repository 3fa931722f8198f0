/* told.c - the types of events, made here from the public names of records: not from the product's
 * table. */
#include "lib/told.h"

#include <stdio.h>

#include "journal/record.h"

/* "saga_completed" is told as "sagad.saga.completed"; that a step asks persons, too. */
static bool is_told_as(const struct record *record, char *type, size_t size)
{
    static const char *const told[] = {"saga_started",     "saga_compensating", "saga_completed",
                                       "saga_compensated", "saga_parked",       "saga_paused",
                                       "saga_resumed",     "saga_terminated",   "step_parked"};
    const char *name = record_type_name(record->type);
    if (strcmp(name, "step_waiting") == 0 && span_is(record->code, "approval")) {
        snprintf(type, size, "sagad.approval.requested");
        return true;
    }
    for (size_t i = 0; i < ARRAY_COUNT(told); i++) {
        if (strcmp(name, told[i]) == 0) {
            snprintf(type, size, "sagad.%.4s.%s", name, name + 5);
            return true;
        }
    }
    return false;
}

static bool is_life_cycle(struct span type)
{
    static const char own[] = "sagad.";
    static const char alert[] = "sagad.alert.";
    bool is_own = type.size > strlen(own) && memcmp(type.data, own, strlen(own)) == 0;
    return is_own && (type.size < strlen(alert) || memcmp(type.data, alert, strlen(alert)) != 0);
}

static const char *check_row(const struct rows *rows, const struct row *row, uint32_t *at)
{
    struct record_reader reader;
    struct record record;
    bool bad = false;
    char type[64];
    if (!record_open(&reader, row)) {
        return "a row that cannot be read";
    }
    for (uint64_t seq = row->seq; record_next(&reader, &record, &bad); seq++) {
        if (!is_told_as(&record, type, sizeof(type))) {
            continue;
        }
        while (*at < rows->notice_count && !is_life_cycle(rows->notices[*at].type)) {
            *at += 1;
        }
        const struct notice *notice = &rows->notices[*at];
        if (*at == rows->notice_count || notice->saga != row->saga || notice->seq != seq ||
            !span_is(notice->type, type)) {
            return "a record that is not told, or not in its turn";
        }
        *at += 1;
    }
    return NULL;
}

const char *told_wrong(const struct rows *rows)
{
    const char *wrong = NULL;
    uint32_t at = 0;
    for (uint32_t i = 0; i < rows->row_count && !wrong; i++) {
        wrong = check_row(rows, &rows->rows[i], &at);
    }
    for (; at < rows->notice_count && !wrong; at++) {
        wrong = is_life_cycle(rows->notices[at].type) ? "something is told without a record" : NULL;
    }
    for (uint32_t i = 0; i < rows->notice_count && !wrong; i++) {
        for (uint32_t k = 0; k < i && !wrong; k++) {
            bool same = span_equal(rows->notices[i].event, rows->notices[k].event);
            wrong = same ? "two events of one id" : NULL;
        }
    }
    return wrong;
}
