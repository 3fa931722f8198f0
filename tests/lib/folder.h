/* folder.h - a new folder for the files of a test.
 *
 * It lies in memory where the system has a place for that. What a test waits for a disk to sync
 * says nothing about the code, and there are thousands of syncs. */
#ifndef LIB_FOLDER_H
#define LIB_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

enum { FOLDER_SIZE = 64 };

static inline void folder_make(char path[FOLDER_SIZE])
{
    const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(path, FOLDER_SIZE, "%s/saga-test-XXXXXX", place);
    CHECK(mkdtemp(path) != NULL);
}

/* With the files in it; there are no folders in it. */
static inline void folder_remove(const char *path)
{
    char name[FOLDER_SIZE + 256];
    DIR *folder = opendir(path);
    CHECK(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        bool is_link = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        CHECK(is_link || unlink(name) == 0);
    }
    closedir(folder);
    CHECK(rmdir(path) == 0);
}

#endif
