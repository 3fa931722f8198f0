/* csv.c - every cell is quoted; one that a spreadsheet would run is defused. */
#include "ctl/csv.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/values.h"

static void print_cell(const char *value, bool is_last)
{
    bool runs = value[0] && strchr("=+-@\t\r", value[0]);
    printf("\"%s", runs ? "'" : "");
    for (const char *c = value; *c; c++) {
        printf(*c == '"' ? "\"\"" : "%c", *c);
    }
    printf("\"%s", is_last ? "\r\n" : ",");
}

void csv_print(const json_t *items, const char *const *columns, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        print_cell(columns[k], k + 1 == count);
    }
    for (size_t i = 0; i < json_array_size(items); i++) {
        for (size_t k = 0; k < count; k++) {
            const json_t *value = json_object_get(json_array_get(items, i), columns[k]);
            char *other = json_is_string(value) ? NULL : value_text(value);
            const char *text = json_is_string(value) ? json_string_value(value) : other;
            print_cell(text ? text : "", k + 1 == count);
            free(other);
        }
    }
}
