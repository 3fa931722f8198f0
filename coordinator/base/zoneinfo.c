/* zoneinfo.c - reads /usr/share/zoneinfo, and nothing beside it. */
#include "base/zoneinfo.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/usr/share/zoneinfo"

enum { NAME_SIZE = 64 };

bool zoneinfo_is_name(struct span name)
{
    bool begins = true;
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool other = (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '/';
        if (!letter && (begins || !other)) {
            return false;
        }
        begins = c == '/';
    }
    return name.size > 0 && name.size <= NAME_SIZE && !begins;
}

static bool read_all(int fd, uint8_t *bytes, size_t *size)
{
    struct stat about;
    *size = 0;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > ZONEINFO_BYTES) {
        return false;
    }
    while (*size < ZONEINFO_BYTES) {
        ssize_t got = read(fd, bytes + *size, ZONEINFO_BYTES - *size);
        if (got <= 0) {
            return got == 0;
        }
        *size += (size_t)got;
    }
    return true;
}

enum saga_error zoneinfo_read(struct span name, uint8_t *bytes, size_t *size)
{
    PRE(bytes != NULL && size);
    char path[sizeof(FOLDER) + NAME_SIZE + 2];
    if (!zoneinfo_is_name(name)) {
        return SAGA_NOT_FOUND;
    }
    snprintf(path, sizeof(path), FOLDER "/%.*s", (int)name.size, (const char *)name.data);
    /* A name may be that of a folder or of a pipe: neither must hold us up. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return SAGA_NOT_FOUND;
    }
    bool ok = read_all(fd, bytes, size);
    close(fd);
    return ok ? SAGA_OK : SAGA_NOT_FOUND;
}
