/* view_load.h - memory of a saga that is only looked at. */
#ifndef VIEW_VIEW_LOAD_H
#define VIEW_VIEW_LOAD_H

struct arena;
struct arena_source;

/* Memory for a saga that is only looked at, out of the caller's arena. */
struct arena_source *view_load_source(struct arena *arena);

#endif
