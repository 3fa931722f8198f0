/* files.c - names, sizes and modes.
 *
 * The store holds what users gave to their sagas: no file of the store is for others to read. */
#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

enum { MODE_OWNER = S_IRUSR | S_IWUSR, MODE_OTHERS = S_IRWXG | S_IRWXO };

void files_name(char name[FILES_NAME_SIZE], const char *path, const char *suffix)
{
    int size = snprintf(name, FILES_NAME_SIZE, "%s%s", path, suffix);
    POST(size > 0 && size < FILES_NAME_SIZE);
}

int64_t files_size(const char *path, const char *suffix)
{
    char name[FILES_NAME_SIZE];
    struct stat found;
    files_name(name, path, suffix);
    if (stat(name, &found) != 0) {
        return -1;
    }
    POST(found.st_size >= 0);
    return (int64_t)found.st_size;
}

/* The folder in which the store lies: all before the last slash. */
static void folder_of(char folder[FILES_NAME_SIZE], const char *path)
{
    files_name(folder, path, "");
    char *slash = strrchr(folder, '/');
    if (!slash) {
        files_name(folder, ".", "");
        return;
    }
    PRE(slash[1] != '\0'); /* a folder is no store */
    slash[slash == folder ? 1 : 0] = '\0';
}

static void look_at_folder(const char *path)
{
    char folder[FILES_NAME_SIZE];
    char mode[16];
    struct stat found;
    folder_of(folder, path);
    if (stat(folder, &found) != 0 || (found.st_mode & MODE_OTHERS) == 0) {
        return;
    }
    int size = snprintf(mode, sizeof(mode), "%04o", (unsigned)(found.st_mode & 07777));
    CHECK(size > 0 && (size_t)size < sizeof(mode));
    log_line(LOG_WARN, "store_folder_open_to_others", "folder", folder, "mode", mode, "what",
             "the store's files are private; the folder should be 0700", NULL);
}

/* Lets only the owner read and write the file <path><suffix>; a file that does not exist is no
 * error. */
static enum saga_error close_to_others(const char *path, const char *suffix)
{
    char name[FILES_NAME_SIZE];
    struct stat found;
    files_name(name, path, suffix);
    if (stat(name, &found) != 0) {
        return errno == ENOENT ? SAGA_OK : SAGA_STORE_FAILED;
    }
    if ((found.st_mode & MODE_OTHERS) == 0 || chmod(name, MODE_OWNER) == 0) {
        return SAGA_OK;
    }
    CHECK(errno != EINVAL);
    return SAGA_STORE_FAILED;
}

enum saga_error files_make(const char *path)
{
    PRE(path[0] != '\0');
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, MODE_OWNER);
    if (file < 0) {
        return errno == ENOSPC || errno == EDQUOT ? SAGA_DISK_FULL : SAGA_STORE_FAILED;
    }
    close(file);
    return SAGA_OK;
}

enum saga_error files_keep_private(const char *path)
{
    static const char *const suffixes[] = {"", FILES_LOG, FILES_SHARED, FILES_HIGH_WATER};
    PRE(files_size(path, "") >= 0);
    enum saga_error rc = SAGA_OK;
    for (size_t at = 0; at < ARRAY_COUNT(suffixes) && rc == SAGA_OK; at++) {
        rc = close_to_others(path, suffixes[at]);
    }
    if (rc == SAGA_OK) {
        look_at_folder(path);
    }
    return rc;
}
