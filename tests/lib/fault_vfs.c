/* fault_vfs.c - each call: count, fail or pass on; after a sync, keep what the file holds. */
#include "lib/fault_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

enum { FILES_MAX = 8, PATH_SIZE = 512, SECTOR = 512 };

/* What a sync has made sure of, by path: it outlives the handles. */
struct synced {
    char path[PATH_SIZE]; /* empty = free */
    uint8_t *bytes;       /* owned; NULL = it was never synced */
    size_t size;
};

static struct {
    pthread_mutex_t lock;
    struct fault_plan plan;
    uint64_t count;
    bool was_hit;
    struct synced files[FILES_MAX];
    sqlite3_vfs *inner;
    sqlite3_vfs layer;
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* A handle; SQLite's own lies behind it. */
struct handle {
    sqlite3_file base;
    struct synced *synced; /* NULL: a file without a name, never looked at again */
    bool syncs_folder;     /* its first sync does */
};

static sqlite3_file *inner(sqlite3_file *file)
{
    return (sqlite3_file *)(void *)((struct handle *)(void *)file + 1);
}

/* SQLITE_OK: go on. */
static int count(enum fault_call call)
{
    int rc = SQLITE_OK;
    pthread_mutex_lock(&disk.lock);
    if ((disk.plan.calls & FAULT_BIT(call)) != 0 && ++disk.count == disk.plan.at) {
        disk.was_hit = true;
        rc = disk.plan.code;
    } else if (disk.was_hit && disk.plan.is_last && (FAULT_CHANGES & FAULT_BIT(call)) != 0) {
        rc = SQLITE_IOERR;
    }
    pthread_mutex_unlock(&disk.lock);
    return rc;
}

/* ---- what a sync has made sure of ---- */

static struct synced *find(const char *path)
{
    if (!path) {
        return NULL;
    }
    struct synced *found = NULL;
    pthread_mutex_lock(&disk.lock);
    for (size_t i = 0; i < FILES_MAX && !found; i++) {
        if (disk.files[i].path[0] == '\0') {
            snprintf(disk.files[i].path, PATH_SIZE, "%s", path);
        }
        if (strcmp(disk.files[i].path, path) == 0) {
            found = &disk.files[i];
        }
    }
    pthread_mutex_unlock(&disk.lock);
    CHECK(found != NULL);
    return found;
}

static uint8_t *bytes_of(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        return NULL;
    }
    CHECK(fseek(file, 0, SEEK_END) == 0);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size + 1);
    CHECK(bytes != NULL);
    CHECK(fread(bytes, 1, *size, file) == *size);
    fclose(file);
    return bytes;
}

static void keep(struct synced *synced)
{
    size_t size = 0;
    uint8_t *bytes = bytes_of(synced->path, &size);
    pthread_mutex_lock(&disk.lock);
    free(synced->bytes);
    synced->bytes = bytes;
    synced->size = size;
    pthread_mutex_unlock(&disk.lock);
}

/* Deletions are sure from now on. */
static void keep_folder(void)
{
    pthread_mutex_lock(&disk.lock);
    for (size_t i = 0; i < FILES_MAX; i++) {
        struct synced *synced = &disk.files[i];
        if (synced->bytes && access(synced->path, F_OK) != 0) {
            free(synced->bytes);
            synced->bytes = NULL;
            synced->size = 0;
        }
    }
    pthread_mutex_unlock(&disk.lock);
}

static bool draw(uint64_t *seed)
{
    if (*seed == 0) {
        return false;
    }
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*seed >> 40 & 1) != 0;
}

static void put_back(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    CHECK(size == 0 || fwrite(bytes, 1, size, file) == size);
    CHECK(fclose(file) == 0);
}

/* The bytes after the loss: for each sector those of before the last sync, or those of after it. */
static void tear(const struct synced *synced, uint64_t *seed)
{
    size_t now_size = 0;
    uint8_t *now = bytes_of(synced->path, &now_size);
    size_t most = now_size > synced->size ? now_size : synced->size;
    uint8_t *torn = calloc(1, most + 1);
    CHECK(torn != NULL);
    for (size_t at = 0; at < most; at += SECTOR) {
        bool is_new = now != NULL && draw(seed);
        const uint8_t *from = is_new ? now : synced->bytes;
        size_t size = is_new ? now_size : synced->size;
        if (at < size) {
            memcpy(torn + at, from + at, size - at < SECTOR ? size - at : SECTOR);
        }
    }
    put_back(synced->path, torn, now != NULL && draw(seed) ? now_size : synced->size);
    free(torn);
    free(now);
}

void fault_vfs_lose(uint64_t seed)
{
    PRE(disk.plan.is_kept);
    for (size_t i = 0; i < FILES_MAX; i++) {
        const struct synced *synced = &disk.files[i];
        size_t length = strlen(synced->path);
        bool is_shared = length > 4 && strcmp(synced->path + length - 4, "-shm") == 0;
        if (synced->bytes) {
            tear(synced, &seed);
        } else if (length > 0 && (is_shared || !draw(&seed))) {
            (void)unlink(synced->path);
        }
    }
}

/* ---- a file ---- */

static int close_file(sqlite3_file *file)
{
    return inner(file)->pMethods->xClose(inner(file));
}

static int read_file(sqlite3_file *file, void *bytes, int size, sqlite3_int64 at)
{
    int rc = count(FAULT_READ);
    return rc != SQLITE_OK ? rc : inner(file)->pMethods->xRead(inner(file), bytes, size, at);
}

static int write_file(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 at)
{
    int rc = count(FAULT_WRITE);
    if (rc == SQLITE_OK) {
        return inner(file)->pMethods->xWrite(inner(file), bytes, size, at);
    }
    if (disk.plan.is_short) {
        (void)inner(file)->pMethods->xWrite(inner(file), bytes, size / 2, at);
    }
    return rc;
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    int rc = count(FAULT_TRUNCATE);
    return rc != SQLITE_OK ? rc : inner(file)->pMethods->xTruncate(inner(file), size);
}

static int sync_file(sqlite3_file *file, int flags)
{
    (void)flags;
    struct handle *handle = (struct handle *)(void *)file;
    int rc = count(FAULT_SYNC);
    if (rc != SQLITE_OK || !disk.plan.is_kept) {
        return rc;
    }
    if (handle->synced) {
        keep(handle->synced);
    }
    if (handle->syncs_folder) {
        handle->syncs_folder = false;
        keep_folder();
    }
    return rc;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return inner(file)->pMethods->xFileSize(inner(file), size);
}

static int lock_file(sqlite3_file *file, int how)
{
    return inner(file)->pMethods->xLock(inner(file), how);
}

static int unlock_file(sqlite3_file *file, int how)
{
    return inner(file)->pMethods->xUnlock(inner(file), how);
}

static int check_lock(sqlite3_file *file, int *is_reserved)
{
    return inner(file)->pMethods->xCheckReservedLock(inner(file), is_reserved);
}

static int control(sqlite3_file *file, int what, void *arg)
{
    return inner(file)->pMethods->xFileControl(inner(file), what, arg);
}

static int sector_size(sqlite3_file *file)
{
    return inner(file)->pMethods->xSectorSize(inner(file));
}

static int characteristics(sqlite3_file *file)
{
    return inner(file)->pMethods->xDeviceCharacteristics(inner(file));
}

static int share_map(sqlite3_file *file, int page, int size, int extend, void volatile **at)
{
    int rc = count(FAULT_SHARE);
    return rc != SQLITE_OK ? rc
                           : inner(file)->pMethods->xShmMap(inner(file), page, size, extend, at);
}

static int share_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return inner(file)->pMethods->xShmLock(inner(file), offset, n, flags);
}

static void share_barrier(sqlite3_file *file)
{
    inner(file)->pMethods->xShmBarrier(inner(file));
}

static int share_unmap(sqlite3_file *file, int is_deleted)
{
    return inner(file)->pMethods->xShmUnmap(inner(file), is_deleted);
}

/* Version 2: there are no mapped pages, which would go past us. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_lock,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = share_map,
    .xShmLock = share_lock,
    .xShmBarrier = share_barrier,
    .xShmUnmap = share_unmap,
};

/* ---- the layer ---- */

/* As SQLite's own does it: a new journal or log comes into its folder with its first sync. */
static bool is_new_log(int flags)
{
    int logs = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;
    return (flags & SQLITE_OPEN_CREATE) != 0 && (flags & logs) != 0;
}

static int open_file(sqlite3_vfs *layer, const char *path, sqlite3_file *file, int flags,
                     int *out_flags)
{
    (void)layer;
    struct handle *handle = (struct handle *)(void *)file;
    int rc = count(FAULT_OPEN);
    if (rc == SQLITE_OK) {
        rc = disk.inner->xOpen(disk.inner, path, inner(file), flags, out_flags);
    }
    *handle = (struct handle){.base.pMethods = rc == SQLITE_OK ? &methods : NULL};
    if (rc == SQLITE_OK) {
        handle->synced = find(path);
        handle->syncs_folder = is_new_log(flags);
    }
    return rc;
}

/* Without its folder's sync a deletion may be lost too: what was synced is not forgotten. */
static int delete_file(sqlite3_vfs *layer, const char *path, int sync_folder)
{
    (void)layer;
    int rc = count(FAULT_DELETE);
    if (rc != SQLITE_OK) {
        return rc;
    }
    rc = disk.inner->xDelete(disk.inner, path, 0);
    if (sync_folder && disk.plan.is_kept) {
        keep_folder();
    }
    return rc;
}

static void begin_layer(void)
{
    disk.inner = sqlite3_vfs_find(NULL);
    CHECK(disk.inner != NULL);
    disk.layer = *disk.inner;
    disk.layer.pNext = NULL;
    disk.layer.zName = "fault";
    disk.layer.szOsFile = (int)sizeof(struct handle) + disk.inner->szOsFile;
    disk.layer.xOpen = open_file;
    disk.layer.xDelete = delete_file;
}

void fault_vfs_begin(const struct fault_plan *plan)
{
    if (!disk.inner) {
        begin_layer();
    }
    for (size_t i = 0; i < FILES_MAX; i++) {
        free(disk.files[i].bytes);
        disk.files[i] = (struct synced){0};
    }
    disk.plan = *plan;
    disk.count = 0;
    disk.was_hit = false;
    CHECK(sqlite3_vfs_register(&disk.layer, 1) == SQLITE_OK);
}

void fault_vfs_end(void)
{
    CHECK(sqlite3_vfs_register(disk.inner, 1) == SQLITE_OK);
}

bool fault_vfs_was_hit(void)
{
    pthread_mutex_lock(&disk.lock);
    bool was_hit = disk.was_hit;
    pthread_mutex_unlock(&disk.lock);
    return was_hit;
}
