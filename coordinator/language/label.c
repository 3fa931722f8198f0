/* label.c - the bounds of labels, the same wherever they come from. */
#include "language/label.h"

#include "base/mp.h"

bool label_is_good(struct span name, struct span value)
{
    if (name.size == 0 || name.size > LIMIT_NAME || mp_type(value) != MP_STR) {
        return false;
    }
    struct mp mp = mp_open(value);
    return mp_str(&mp).size <= LIMIT_LABEL_VALUE;
}

bool label_map_is_good(struct span labels)
{
    struct mp mp = mp_open(labels);
    uint32_t count = labels.size > 0 ? mp_map(&mp) : 0;
    bool good = !mp.bad && count <= LIMIT_LABELS;
    for (uint32_t i = 0; good && i < count; i++) {
        struct span name = mp_str(&mp);
        good = label_is_good(name, mp_skip(&mp));
    }
    return good;
}
