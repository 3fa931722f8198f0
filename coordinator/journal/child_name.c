/* child_name.c - takes the name of a parent saga out of that of its child.
 *
 * Names of steps do not begin with a digit, and hold no ~: so the parent's name ends before the
 * last ~ that no digit follows. */
#include "journal/child_name.h"

#include "base/check.h"

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

struct span child_name_parent(struct span name)
{
    PRE(name.size == 0 || name.data != NULL);
    /* Most sagas are nobody's children, and each event of a saga asks for its parent: memchr()
     * answers them quicker than the loop below. */
    if (name.size == 0 || !memchr(name.data, '~', name.size)) {
        return (struct span){NULL, 0};
    }
    for (size_t at = name.size; at > 1; at--) {
        if (name.data[at - 1] == '~' && at < name.size && !is_digit(name.data[at])) {
            POST(at - 1 < name.size);
            return span_of(name.data, at - 1);
        }
    }
    return (struct span){NULL, 0};
}
