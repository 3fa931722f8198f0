/* small_image.h - a small world as it was: an image of all its memory, put back to the same places.
 *
 * The engine keeps what it knows in memory that it was given, and nowhere else (engine_symbols sees
 * to that). Between small_image_begin() and small_image_end() all that this program allocates lies
 * in one piece of memory, so that a copy of this piece and of the variable of the world is the
 * whole state, and pointers into it stay good when it is put back.
 *
 * A program that uses images is linked with --wrap of malloc, calloc, realloc and free. */
#ifndef TESTS_EXHAUSTIVE_SMALL_IMAGE_H
#define TESTS_EXHAUSTIVE_SMALL_IMAGE_H

#include "small.h"

/* Zero is an image of nothing that may be saved into. */
struct small_image {
    uint8_t *bytes; /* owned, of the piece; they outlive the world */
    size_t size;
    size_t room;
    struct small *world; /* owned, of the variable */
    uint32_t newest;     /* block of the piece */
};

void small_image_begin(void);
/* All that was allocated since small_image_begin() must have been freed. */
void small_image_end(void);
/* What is allocated while this holds is no part of the world. */
void small_image_hold(bool hold);

void small_image_save(struct small_image *image, const struct small *world);
void small_image_restore(const struct small_image *image, struct small *world);
void small_image_free(struct small_image *image);

#endif
