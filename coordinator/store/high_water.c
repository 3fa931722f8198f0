/* high_water.c - one small write at the beginning of a file. */
#include "store/high_water.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "store/files.h"

enum { DIGITS = 20, TEXT_SIZE = DIGITS + 1 };

/* false, and 0: the text is not one that high_water_write() wrote. */
static bool parse(const char text[TEXT_SIZE], uint64_t *number)
{
    uint64_t lsn = 0;
    *number = 0;
    for (size_t at = 0; at < DIGITS; at++) {
        uint64_t digit = (uint64_t)text[at] - '0';
        if (digit > 9 || lsn > (INT64_MAX - digit) / 10) {
            return false;
        }
        lsn = lsn * 10 + digit;
    }
    POST(lsn <= INT64_MAX);
    *number = text[DIGITS] == '\n' ? lsn : 0;
    return text[DIGITS] == '\n';
}

bool high_water_read(const char *path, uint64_t *lsn)
{
    char name[FILES_NAME_SIZE];
    char text[TEXT_SIZE];
    files_name(name, path, FILES_HIGH_WATER);
    int file = open(name, O_RDONLY | O_CLOEXEC);
    *lsn = 0;
    if (file < 0) {
        return false;
    }
    ssize_t size = pread(file, text, sizeof(text), 0);
    close(file);
    CHECK(size <= TEXT_SIZE);
    return size == TEXT_SIZE && parse(text, lsn);
}

int high_water_open(const char *path)
{
    char name[FILES_NAME_SIZE];
    PRE(path[0] != '\0');
    files_name(name, path, FILES_HIGH_WATER);
    return open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

void high_water_write(int file, uint64_t lsn)
{
    char text[TEXT_SIZE + 1];
    PRE(lsn <= INT64_MAX);
    if (file < 0) {
        return;
    }
    int size = snprintf(text, sizeof(text), "%0*" PRIu64 "\n", DIGITS, lsn);
    CHECK(size == TEXT_SIZE);
    MAYBE(pwrite(file, text, TEXT_SIZE, 0) == TEXT_SIZE);
}
