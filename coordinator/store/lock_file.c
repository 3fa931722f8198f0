/* lock_file.c - the lock is flock's; the number of the process in the file is a help for people. */
#include "store/lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "store/files.h"

enum { NUMBER_SIZE = 32 };

static void say_who(int lock, const char *path, char *why, size_t why_size)
{
    char number[NUMBER_SIZE] = "";
    ssize_t size = read(lock, number, sizeof(number) - 1);
    CHECK(size < (ssize_t)sizeof(number));
    number[size > 0 ? size : 0] = '\0';
    snprintf(why, why_size, "%s is in use by another sagad (process %s)", path,
             number[0] ? number : "unknown");
}

/* Writes the number of this process into the lock file, for people to read. Errors are ignored,
 * because the lock holds without the number too. */
static void write_number(int lock)
{
    char number[NUMBER_SIZE];
    int size = snprintf(number, sizeof(number), "%ld", (long)getpid());
    CHECK(size > 0 && (size_t)size < sizeof(number));
    if (ftruncate(lock, 0) == 0) {
        MAYBE(write(lock, number, (size_t)size) == size);
    }
}

enum saga_error lock_file_take(const char *path, int *lock, char *why, size_t why_size)
{
    char name[FILES_NAME_SIZE];
    PRE(path[0] != '\0');
    files_name(name, path, FILES_LOCK);
    *lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*lock < 0) {
        enum saga_error rc = errno == ENOSPC ? SAGA_DISK_FULL : SAGA_STORE_FAILED;
        snprintf(why, why_size, "%s: %s", name, strerror(errno));
        return rc;
    }
    if (flock(*lock, LOCK_EX | LOCK_NB) != 0) {
        say_who(*lock, path, why, why_size);
        return SAGA_STORE_LOCKED;
    }
    write_number(*lock);
    return SAGA_OK;
}
