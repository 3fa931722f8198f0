/* mask.h - what is sensitive in a saga is not shown: "***" stands for it.
 *
 * A definition names where sensitive values come in: in the saga's input, in a step's output. They
 * are masked there, and wherever they turn up again in what people see: in the input of a step, in
 * a text made of them, in what a participant says of its failure, escaped or cut there too
 * (mask_match.h). So the mask learns the values first. Participants are sent what is real, and
 * nothing here touches what is stored. */
#ifndef VIEW_MASK_H
#define VIEW_MASK_H

#include "language/template_form.h"

struct arena;
struct definition;

struct mask {
    const struct definition *definition;
    struct arena *arena;  /* of what is masked, and of the copies of what is learnt */
    struct span *secrets; /* texts and numbers, as msgpack */
    uint32_t count;
    uint32_t capacity;
    bool begins[256]; /* a text among them begins with this byte */
    bool shuts;       /* too many, or too much to look through: all values are masked as a whole */
    uint64_t work;    /* bytes looked at so far */
    bool failed;      /* no memory */
};

/* Where a value comes from. */
struct mask_origin {
    bool is_known;
    enum reference_root root; /* INPUT, OUTPUT */
    uint32_t step;            /* of OUTPUT */
    bool is_item;             /* one item's output, of those of a fan-out */
};

/* Learns nothing yet. Keeps both until the mask is no longer used. */
void mask_open(struct mask *mask, const struct definition *definition, struct arena *arena);
/* Is there anything to mask? */
bool mask_is_needed(const struct mask *mask);
/* Remembers what is sensitive in a value of this origin. */
void mask_learn(struct mask *mask, struct mask_origin origin, struct span value);
/* The value as it may be shown; empty stays empty. */
struct span mask_value(struct mask *mask, struct mask_origin origin, struct span value);
/* The same of a plain text. */
struct span mask_text(struct mask *mask, struct span text);

#endif
