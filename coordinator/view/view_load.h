/* view_load.h - memory of a saga that is only looked at. */
#ifndef VIEW_VIEW_LOAD_H
#define VIEW_VIEW_LOAD_H

struct arena;
struct arena_source;

/* A source of chunks out of the caller's arena, for the saga's own arena: what the saga holds lives
 * as long as the caller's. NULL without memory. */
struct arena_source *view_load_source(struct arena *arena);

#endif
