/* wal.c - walks the frames of a log, by their salts and checksums.
 *
 *   header    magic, version, page size, sequence, salt (8), checksum of these (8)
 *   frame     page number, size of the database after a commit (else 0), the header's salt,
 *             checksum; then the page
 *
 * All numbers are big-endian. A checksum runs over all before it: the header's goes into that of
 * the first frame, and so on. A frame is right after its predecessor when its salt is the header's
 * and its checksum goes on from what its predecessor *says*: thus frames behind a bad one can be
 * judged too. Frames with another salt are left from before the log started anew. */
#include "store/wal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/files.h"

enum {
    HEADER_SIZE = 32,
    HEADER_SUMMED = 24, /* so many bytes at the start of the header go into its checksum */
    FRAME_HEADER_SIZE = 24,
    /* So many bytes at the start of a frame's header go into its checksum, and then its page. */
    FRAME_SUMMED = 8,
    SALT_SIZE = 8,
    MAGIC = 0x377f0682, /* the lowest bit: checksums are of big-endian words */
    VERSION = 3007000,
    PAGE_MIN = 512,
    PAGE_MAX = 65536,
};

struct sum {
    uint32_t a;
    uint32_t b;
};

struct wal {
    int file;
    bool big_endian; /* checksums are computed over words of this byte order */
    uint32_t page_size;
    uint8_t salt[SALT_SIZE];
    struct sum sum; /* the checksum that stands in the frame before */
    uint8_t *frame; /* owned: header and page of the frame read last */
    uint32_t at;    /* how many frames have been read */
    /* The frame read last has the salt of the log, so it was written since the log began anew. */
    bool is_current;
    /* The frame read last is current, and its checksum goes on from the frame before. */
    bool is_right;
    bool is_a_commit; /* the frame read last is current, and is the last one of a transaction */
};

static uint32_t big(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t word(const uint8_t *bytes, bool big_endian)
{
    uint32_t value = big(bytes);
    return big_endian ? value : __builtin_bswap32(value);
}

static struct sum add(struct sum sum, const uint8_t *bytes, size_t size, bool big_endian)
{
    PRE(size % 8 == 0);
    for (size_t at = 0; at < size; at += 8) {
        sum.a += word(bytes + at, big_endian) + sum.b;
        sum.b += word(bytes + at + 4, big_endian) + sum.a;
    }
    return sum;
}

static struct sum sum_at(const uint8_t *bytes)
{
    return (struct sum){.a = big(bytes), .b = big(bytes + 4)};
}

static bool is_same(struct sum one, struct sum other)
{
    return one.a == other.a && one.b == other.b;
}

/* Reads exactly `size` bytes of the log from the byte `place` on; false: the log is shorter. */
static bool read_at(int file, void *bytes, size_t size, int64_t place)
{
    PRE(place >= 0);
    size_t done = 0;
    while (done < size) {
        ssize_t got = pread(file, (uint8_t *)bytes + done, size - done, place + (int64_t)done);
        if (got <= 0) {
            return false;
        }
        done += (size_t)got;
    }
    return true;
}

/* Is the header one that SQLite would take? The page size is then set, and salt and checksum. */
static bool take_header(struct wal *wal, const uint8_t *header)
{
    PRE(wal->at == 0);
    uint32_t magic = big(header);
    wal->page_size = big(header + 8);
    wal->big_endian = (magic & 1) != 0;
    wal->sum = sum_at(header + HEADER_SUMMED);
    memcpy(wal->salt, header + 16, SALT_SIZE);
    bool has_form = (magic & ~UINT32_C(1)) == MAGIC && big(header + 4) == VERSION &&
                    wal->page_size >= PAGE_MIN && wal->page_size <= PAGE_MAX &&
                    (wal->page_size & (wal->page_size - 1)) == 0;
    struct sum zero = {0};
    return has_form && is_same(add(zero, header, HEADER_SUMMED, wal->big_endian), wal->sum);
}

/* Reads the next frame: is it of this log, right after its predecessor, and the last one of a
 * transaction? */
static bool next_frame(struct wal *wal)
{
    size_t size = FRAME_HEADER_SIZE + wal->page_size;
    const uint8_t *frame = wal->frame;
    PRE(frame != NULL);
    if (!read_at(wal->file, wal->frame, size, HEADER_SIZE + (int64_t)wal->at * (int64_t)size)) {
        return false;
    }
    struct sum sum = add(wal->sum, frame, FRAME_SUMMED, wal->big_endian);
    sum = add(sum, frame + FRAME_HEADER_SIZE, wal->page_size, wal->big_endian);
    wal->sum = sum_at(frame + 16);
    wal->is_current = memcmp(frame + 8, wal->salt, SALT_SIZE) == 0;
    wal->is_right = wal->is_current && is_same(sum, wal->sum);
    wal->is_a_commit = wal->is_current && big(frame + 4) != 0;
    wal->at++;
    POST(wal->is_current || !wal->is_right);
    return true;
}

/* From the first bad frame on: does a right frame come straight after the last frame of a
 * transaction? Then a later transaction had begun, and so the transaction of the bad frame had been
 * synced: see wal.h. */
static bool has_later(struct wal *wal)
{
    PRE(!wal->is_right);
    PRE(wal->at > 0);
    bool is_after_commit = wal->is_a_commit;
    while (next_frame(wal)) {
        if (is_after_commit && wal->is_right) {
            return true;
        }
        is_after_commit = wal->is_a_commit;
    }
    return false;
}

static void walk(struct wal *wal, struct wal_report *report)
{
    PRE(wal->at == 0);
    while (next_frame(wal)) {
        if (!wal->is_right) {
            uint32_t bad = wal->at;
            report->bad_frame = has_later(wal) ? bad : 0;
            return;
        }
        if (wal->is_a_commit) {
            report->good = wal->at;
        }
    }
    POST(report->good <= report->frames);
}

/* SQLite takes a log without a right header for empty. Were there commits in the log? Yes, if a
 * frame goes on from the one before, and has the same salt. */
static bool has_orphans(struct wal *wal)
{
    wal->page_size = 4096; /* as SQL_WRITER_PRAGMAS sets */
    wal->big_endian = false;
    if (!next_frame(wal)) {
        return false;
    }
    memcpy(wal->salt, wal->frame + 8, SALT_SIZE);
    while (next_frame(wal)) {
        if (wal->is_right) {
            return true;
        }
    }
    CHECK(wal->at > 0);
    return false;
}

static enum saga_error look(struct wal *wal, struct wal_report *report)
{
    uint8_t header[HEADER_SIZE];
    PRE(wal->file >= 0);
    PRE(!wal->frame);
    wal->frame = malloc(FRAME_HEADER_SIZE + PAGE_MAX);
    if (!wal->frame) {
        return SAGA_NO_MEMORY;
    }
    if (!read_at(wal->file, header, sizeof(header), 0)) {
        return SAGA_OK; /* shorter than a header: nothing was ever committed there */
    }
    if (!take_header(wal, header)) {
        report->has_bad_header = has_orphans(wal);
        return SAGA_OK;
    }
    report->frames =
        (uint32_t)((report->size - HEADER_SIZE) / (FRAME_HEADER_SIZE + (int64_t)wal->page_size));
    walk(wal, report);
    return SAGA_OK;
}

enum saga_error wal_look(const char *path, struct wal_report *report)
{
    char name[FILES_NAME_SIZE];
    struct stat found;
    *report = (struct wal_report){0};
    files_name(name, path, FILES_LOG);
    struct wal wal = {.file = open(name, O_RDONLY | O_CLOEXEC)};
    if (wal.file < 0) {
        return errno == ENOENT ? SAGA_OK : SAGA_STORE_FAILED;
    }
    enum saga_error rc = SAGA_STORE_FAILED;
    if (fstat(wal.file, &found) == 0) {
        report->size = (int64_t)found.st_size;
        rc = look(&wal, report);
    }
    free(wal.frame);
    close(wal.file);
    IMPLIES(report->bad_frame > 0, report->bad_frame > report->good);
    return rc;
}
